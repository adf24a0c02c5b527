//! Calls: the entries of a HAR that belong together as preflight, redirects and request.

use std::collections::HashMap;

use crossgate_cors::{Origin, RequestOrigin};

use crate::har::{Entry, Har};
use crate::{Target, target};

/// How far apart preflight and request may begin, in milliseconds.
const PAIR_WITHIN: i64 = 60_000;
/// How many entries of one URL are looked at for the one that belongs to another.
const LOOK: usize = 64;

/// One call of a page: its hops in order.
#[derive(Clone, Debug)]
pub(crate) struct Call<'h> {
    pub(crate) hops: Vec<Hop<'h>>,
}

/// One hop of a call: at least one of the two is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop<'h> {
    pub(crate) preflight: Option<&'h Entry>,
    pub(crate) request: Option<&'h Entry>,
}

impl<'h> Hop<'h> {
    /// The request, or the preflight where there is none.
    pub(crate) fn entry(&self) -> Option<&'h Entry> {
        self.request.or(self.preflight)
    }

    /// Where it went.
    pub(crate) fn url(&self) -> Option<&'h Target> {
        self.entry().map(|it| &it.url)
    }
}

impl<'h> Call<'h> {
    /// The first entry, of which there is one in every call.
    pub(crate) fn first(&self) -> Option<&'h Entry> {
        self.hops.first().and_then(Hop::entry)
    }

    /// The last request.
    pub(crate) fn last(&self) -> Option<&'h Entry> {
        self.hops.last().and_then(Hop::entry)
    }

    /// All entries, preflights before their requests.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'h Entry> {
        self.hops.iter().flat_map(|hop| [hop.preflight, hop.request]).flatten()
    }

    /// The method of the first request, as the preflight announces it if that is all there is.
    pub(crate) fn method(&self) -> Option<&'h str> {
        let hop = self.hops.first()?;
        let announced = || hop.preflight?.request.value("access-control-request-method");
        hop.request.map(|it| it.method.as_str()).or_else(announced)
    }

    /// The origin of the page that called, as its `Origin` header has it; nothing if nothing tells.
    pub(crate) fn page_origin(&self, har: &Har) -> Option<String> {
        let hop = self.hops.first()?;
        let entries = || [hop.preflight, hop.request].into_iter().flatten();
        let said =
            entries().filter_map(|it| it.request.value("origin")).find_map(target::request_origin);
        if let Some(origin) = said {
            return Some(origin.as_str().to_owned());
        }
        let origin = |target: Option<&Target>| target.and_then(Target::http_origin);
        let referred = entries().find_map(|it| origin(it.referrer.as_ref()));
        let on_page = || entries().find_map(|it| har.pages.get(&it.pageref).cloned());
        let initiated = || entries().find_map(|it| origin(it.initiator.as_ref()));
        let found = referred.or_else(on_page).or_else(initiated);
        found.map(|it| it.as_str().to_owned())
    }

    /// Whether a hop shows that cookies may come along: the credentials mode is `include`.
    pub(crate) fn includes_credentials(&self, page: &str) -> bool {
        self.hops.iter().filter_map(|hop| hop.request).any(|it| {
            it.request.has("sec-fetch-storage-access")
                || !it.sent_cookies.is_empty()
                    && it.url.http_origin().is_some_and(|origin| origin.as_str() != page)
        })
    }
}

/// Groups the entries of a HAR.
pub(crate) fn group(har: &Har) -> Vec<Call<'_>> {
    let mut order = har.entries.iter().collect::<Vec<_>>();
    order.sort_by_key(|it| (it.started, it.index));
    let (preflights, requests): (Vec<_>, Vec<_>) =
        order.into_iter().partition(|it| it.is_preflight());
    let mut by_url = HashMap::<u64, Vec<usize>>::new();
    for (position, request) in requests.iter().enumerate() {
        by_url.entry(request.url.whole()).or_default().push(position);
    }
    let mut announced = vec![None; requests.len()];
    let mut orphans = HashMap::<u64, Vec<&Entry>>::new();
    for preflight in preflights {
        let positions = by_url.get(&preflight.url.whole()).map_or(&[][..], Vec::as_slice);
        match announced_request(preflight, &requests, positions, &announced) {
            Some(position) => {
                if let Some(slot) = announced.get_mut(position) {
                    *slot = Some(preflight);
                }
            }
            None => orphans.entry(preflight.url.whole()).or_default().push(preflight),
        }
    }
    let mut followed = vec![false; requests.len()];
    let mut calls = Vec::new();
    for position in 0..requests.len() {
        if !followed.get(position).copied().unwrap_or(true) {
            let mut chain = Chain { requests: &requests, by_url: &by_url, announced: &announced };
            calls.push(chain.follow(position, &mut followed, &mut orphans));
        }
    }
    let alone = orphans.into_values().flatten();
    calls.extend(alone.map(|it| Call { hops: vec![Hop { preflight: Some(it), request: None }] }));
    calls.sort_by_key(|call| call.first().map(|it| (it.started, it.index)));
    calls
}

/// The request that a preflight announces: the nearest in time that has none yet.
fn announced_request(
    preflight: &Entry,
    requests: &[&Entry],
    positions: &[usize],
    announced: &[Option<&Entry>],
) -> Option<usize> {
    let method = preflight.request.value("access-control-request-method");
    let distance = |request: &Entry| match (preflight.started, request.started) {
        (Some(one), Some(other)) => one.abs_diff(other),
        _ => preflight.index.abs_diff(request.index) as u64,
    };
    let near = positions
        .partition_point(|at| requests.get(*at).is_some_and(|it| it.started < preflight.started));
    let window = positions.get(near.saturating_sub(LOOK)..positions.len().min(near + LOOK))?;
    let free = window.iter().copied().filter(|at| announced.get(*at).is_some_and(Option::is_none));
    let fitting = free.filter(|at| {
        requests.get(*at).is_some_and(|it| {
            method.is_none_or(|method| it.method.eq_ignore_ascii_case(method))
                && distance(it) <= PAIR_WITHIN.unsigned_abs()
        })
    });
    fitting.min_by_key(|at| requests.get(*at).map_or(u64::MAX, |it| distance(it)))
}

struct Chain<'c, 'h> {
    requests: &'c [&'h Entry],
    by_url: &'c HashMap<u64, Vec<usize>>,
    announced: &'c [Option<&'h Entry>],
}

impl<'h> Chain<'_, 'h> {
    /// The call that begins with the request at `position`.
    fn follow(
        &mut self,
        position: usize,
        followed: &mut [bool],
        orphans: &mut HashMap<u64, Vec<&'h Entry>>,
    ) -> Call<'h> {
        let mut hops = Vec::new();
        let mut next = Some(position);
        // Browsers follow twenty redirects (Fetch, "HTTP-redirect fetch").
        while let Some(position) = next.filter(|_| hops.len() <= 21) {
            let Some(request) = self.requests.get(position).copied() else { break };
            if let Some(slot) = followed.get_mut(position) {
                *slot = true;
            }
            let preflight = self.announced.get(position).copied().flatten();
            hops.push(Hop { preflight, request: Some(request) });
            let location = request.redirect.as_ref().filter(|_| request.is_redirect());
            let Some(location) = location else { break };
            next = self.next(position, request, location, followed);
            if next.is_none()
                && let Some(orphan) = orphans.get_mut(&location.whole()).and_then(Vec::pop)
            {
                hops.push(Hop { preflight: Some(orphan), request: None });
            }
        }
        Call { hops }
    }

    fn next(&self, position: usize, from: &Entry, to: &Target, followed: &[bool]) -> Option<usize> {
        let positions = self.by_url.get(&to.whole())?;
        let after = positions.partition_point(|at| *at <= position);
        let mut later = positions.get(after..)?.iter().copied().take(LOOK);
        later.find(|at| {
            followed.get(*at) == Some(&false)
                && self.requests.get(*at).is_some_and(|it| it.pageref == from.pageref)
        })
    }
}

/// How two origins are related, as cookies see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    SameOrigin,
    SameSite,
    CrossSite,
}

/// How a page is related to a URL, if both have an origin. `null` is another site than every other.
pub(crate) fn relation(page: &str, to: &Target) -> Option<Relation> {
    let to = to.http_origin()?;
    Some(match Origin::parse(page.as_bytes()).ok()? {
        RequestOrigin::Null => Relation::CrossSite,
        RequestOrigin::Tuple(page) if page == to => Relation::SameOrigin,
        RequestOrigin::Tuple(page) if crossgate_cors::same_site(&page, &to) => Relation::SameSite,
        RequestOrigin::Tuple(_) => Relation::CrossSite,
    })
}
