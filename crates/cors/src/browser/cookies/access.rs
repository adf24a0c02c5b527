//! Which cookies a request may have, and set.

use url::Url;

use super::super::{Browser, Engine, FetchRequest, ThirdPartyCookies, origin_of, same_site};
use super::{Partition, SameSite};
use crate::{Origin, RequestOrigin, Site};

/// What one request may do with cookies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Access {
    engine: Engine,
    relation: Relation,
    /// Whether the common jar is open.
    common: bool,
    /// The jar of the top-level site; nothing where that has none.
    partition: Option<Partition>,
    /// Whether cookies without `Partitioned` go to the partition.
    all_partitioned: bool,
    /// Whether the page could be given the common jar: it asks the site that the tab is of.
    storage_access: bool,
}

/// RFC 6265bis, "same-site" and "cross-site" requests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Relation {
    SameSite,
    /// A cross-site navigation of the tab, by a safe method.
    TopLevelNavigation,
    CrossSite,
}

impl Access {
    /// For a request to the last URL of the chain.
    pub(in super::super) fn of(browser: &Browser, request: &FetchRequest, urls: &[Url]) -> Self {
        let target = urls.last().map_or(RequestOrigin::Null, origin_of);
        let top_level_navigation = request.is_top_level_navigation();
        let top_level = if top_level_navigation { &target } else { &request.top_level };
        let engine = browser.engine;
        let third_party = !is_first_party(engine, request, top_level, &target);
        let looked_at = if engine.redirects_count_for_same_site() { urls } else { &[] };
        let related = request.initiator.as_ref().is_none_or(|page| {
            same_site(engine, page, &target)
                && looked_at.iter().all(|url| same_site(engine, page, &origin_of(url)))
        });
        let relation = if related && !third_party {
            Relation::SameSite
        } else if top_level_navigation && request.method.is_safe() {
            Relation::TopLevelNavigation
        } else {
            Relation::CrossSite
        };
        let setting = browser.third_party_cookies;
        Self {
            engine,
            relation,
            common: !third_party || setting == ThirdPartyCookies::Allowed,
            partition: top_level.tuple().map(|tab| Partition {
                site: Site::of(tab),
                cross_site_ancestor: !is_page_of(engine, request, tab)
                    || (engine.partitions_know_cross_site_targets()
                        && !same_site(engine, top_level, &target)),
            }),
            all_partitioned: third_party && setting == ThirdPartyCookies::Partitioned,
            storage_access: third_party
                && setting != ThirdPartyCookies::Allowed
                && same_site(engine, top_level, &target),
        }
    }

    /// Whether the request says its origin, so that the server may grant storage access (Storage
    /// Access Headers, `Sec-Fetch-Storage-Access`).
    pub(in super::super) const fn may_be_granted_storage_access(&self) -> bool {
        self.storage_access
    }

    /// Whether cookies of this jar are sent.
    pub(super) fn reads_jar(&self, partition: Option<&Partition>) -> bool {
        match partition {
            None => self.common,
            Some(partition) => self.partition.as_ref() == Some(partition),
        }
    }

    /// The jar that a cookie is written to; nothing where it is not stored.
    pub(super) fn writes_jar(&self, partitioned: bool) -> Option<Option<Partition>> {
        if partitioned || self.all_partitioned {
            return self.partition.clone().map(Some);
        }
        self.common.then_some(None)
    }

    /// Whether `=value` is a cookie without a name.
    pub(super) const fn takes_empty_names(&self) -> bool {
        self.engine.takes_empty_cookie_names()
    }

    /// Whether a `__Host-` cookie may leave `Path` out where the URL's own path makes it `/`.
    pub(super) const fn takes_default_path_for_host_prefix(&self) -> bool {
        self.engine.takes_default_path_for_host_prefix()
    }

    /// Whether a cookie with this attribute is sent.
    pub(super) fn sends(&self, same_site: SameSite) -> bool {
        match (self.relation, self.effective(same_site)) {
            (Relation::SameSite, _) | (_, SameSite::None) => true,
            (Relation::TopLevelNavigation, mode) => mode == SameSite::Lax,
            (Relation::CrossSite, _) => false,
        }
    }

    /// Whether a cookie with this attribute is stored.
    pub(super) fn stores(&self, same_site: SameSite, secure: bool) -> bool {
        if same_site == SameSite::None && !secure {
            return false;
        }
        // What the tab itself navigates to is first party, wherever it came from.
        self.relation != Relation::CrossSite || self.effective(same_site) == SameSite::None
    }

    fn effective(&self, same_site: SameSite) -> SameSite {
        match same_site {
            SameSite::Unspecified if self.engine.same_site_is_lax_by_default() => SameSite::Lax,
            SameSite::Unspecified => SameSite::None,
            explicit => explicit,
        }
    }
}

/// Whether page, tab and target are one party.
fn is_first_party(
    engine: Engine,
    request: &FetchRequest,
    top_level: &RequestOrigin,
    target: &RequestOrigin,
) -> bool {
    top_level.tuple().is_some_and(|tab| is_page_of(engine, request, tab))
        && same_site(engine, top_level, target)
}

/// Whether the page is of the site in the address bar. A sandboxed frame is of none.
fn is_page_of(engine: Engine, request: &FetchRequest, top_level: &Origin) -> bool {
    let top_level = RequestOrigin::Tuple(top_level.clone());
    request.is_top_level_navigation()
        || request.initiator.as_ref().is_none_or(|page| same_site(engine, page, &top_level))
}
