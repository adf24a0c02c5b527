//! A call as its browser saw it: hop by hop, up to the check that fails.

use crate::Symptom;
use crate::call::{Call, Hop, Relation, relation};
use crate::console::Obstacle;
use crate::cors_check::{self, Credentials, Failed};
use crate::har::{Engine, Entry};
use crate::net_error::{self, Meaning};

/// What the entries alone say became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// A check fails.
    Failed(Failure),
    /// The browser names what stopped it, and it is not CORS.
    Obstacle { hop: usize, obstacle: Obstacle },
    /// It did not end well, and the entries do not say why.
    Unclear { hop: usize },
    /// Every check is passed.
    Passed,
    /// There was no check to be made.
    NotChecked,
}

/// A check that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) hop: usize,
    pub(crate) on_preflight: bool,
    pub(crate) failed: Failed,
    /// The check fails only if cookies came along, and the call is known to have failed.
    pub(crate) is_inferred: bool,
}

impl Walk {
    /// The hop at which it ended badly.
    pub(crate) const fn hop(&self) -> Option<usize> {
        match self {
            Self::Failed(failure) => Some(failure.hop),
            Self::Obstacle { hop, .. } | Self::Unclear { hop } => Some(*hop),
            Self::Passed | Self::NotChecked => None,
        }
    }
}

/// Walks a call of a page.
pub(crate) fn walk(call: &Call<'_>, page: Option<&str>, engine: Engine) -> Walk {
    let Some(page) = page else { return without_page(call) };
    let credentials =
        if call.includes_credentials(page) { Credentials::Included } else { Credentials::Unknown };
    let mut is_cors = false;
    for (number, hop) in call.hops.iter().enumerate() {
        let failure = |on_preflight, failed| {
            Walk::Failed(Failure { hop: number, on_preflight, failed, is_inferred: false })
        };
        let Some(url) = hop.url() else { continue };
        is_cors |= relation(page, url) != Some(Relation::SameOrigin);
        if let Some(preflight) = hop.preflight {
            match check_preflight(preflight, page, credentials, engine) {
                Ok(()) => {}
                Err(Some(failed)) => return failure(true, failed),
                Err(None) => return nothing_arrived(number, hop),
            }
        }
        let Some(request) = hop.request else { return Walk::Unclear { hop: number } };
        if !matches!(url.scheme(), "http" | "https") {
            return Walk::NotChecked;
        }
        let is_last = number + 1 == call.hops.len();
        if let Some(end) = named_end(number, request) {
            return end;
        }
        if !is_cors {
            continue;
        }
        if is_no_cors(request) {
            return resource_policy(request, page)
                .map_or(Walk::NotChecked, |failed| failure(false, failed));
        }
        if request.is_navigation() {
            return Walk::NotChecked;
        }
        if !request.has_response() {
            if is_last {
                return strictly(hop, number, page, page);
            }
            continue;
        }
        // A redirect that the browser makes itself (HSTS) is not checked.
        // What a service worker answered did not come from the server.
        if request.response.has("non-authoritative-reason") || request.from_service_worker {
            continue;
        }
        if request.redirect.as_ref().is_some_and(|it| it.has_userinfo()) && request.is_redirect() {
            return failure(false, Failed::new(Symptom::RedirectUserinfo, None));
        }
        let origin = request.request.value("origin").unwrap_or(page);
        if let Err(failed) = cors_check::response(&request.response, origin, credentials) {
            return failure(false, failed);
        }
        if is_last && is_blocked(request) {
            return strictly(hop, number, page, origin);
        }
    }
    if is_cors { Walk::Passed } else { Walk::NotChecked }
}

/// A call that failed although its headers pass: they would not if credentials were included.
fn strictly(hop: &Hop<'_>, number: usize, page: &str, origin: &str) -> Walk {
    let inferred = |on_preflight, failed| {
        Walk::Failed(Failure { hop: number, on_preflight, failed, is_inferred: true })
    };
    if let Some(preflight) = hop.preflight
        && let Err(Some(failed)) =
            check_preflight(preflight, page, Credentials::Included, Engine::Unknown)
    {
        return inferred(true, failed);
    }
    let response = hop.request.filter(|it| it.has_response()).map(|it| &it.response);
    let check = response.map(|it| cors_check::response(it, origin, Credentials::Included));
    match check {
        Some(Err(failed)) => inferred(false, failed),
        _ => Walk::Unclear { hop: number },
    }
}

/// The checks of a preflight's answer, in the order in which the engine makes them. `Err(None)`: nothing arrived.
pub(crate) fn check_preflight(
    preflight: &Entry,
    page: &str,
    credentials: Credentials,
    engine: Engine,
) -> Result<(), Option<Failed>> {
    if preflight.status == 0
        || !preflight.is_ok() && preflight.response.is_empty() && preflight.status < 300
    {
        return Err(None);
    }
    if matches!(preflight.status, 301 | 302 | 303 | 307 | 308) {
        return Err(Some(Failed::new(Symptom::PreflightRedirect, None)));
    }
    let status = || {
        let failed = Failed::new(Symptom::PreflightStatus, Some(&preflight.status.to_string()));
        if preflight.is_ok() { Ok(()) } else { Err(Some(failed)) }
    };
    // Safari looks at the status first.
    if engine == Engine::Webkit {
        status()?;
    }
    if preflight.response.is_empty() {
        return if preflight.is_ok() { Ok(()) } else { status() };
    }
    let origin = preflight.request.value("origin").unwrap_or(page);
    cors_check::response(&preflight.response, origin, credentials).map_err(Some)?;
    status()?;
    let method = preflight.request.value("access-control-request-method").unwrap_or_default();
    let names = preflight.request.list("access-control-request-headers").collect::<Vec<_>>();
    cors_check::preflight(&preflight.response, method, &names, credentials).map_err(Some)
}

/// Whether the browser kept the answer from the page.
pub(crate) fn is_blocked(entry: &Entry) -> bool {
    let is_aborted =
        !entry.error.is_empty() && net_error::meaning(&entry.error) == Meaning::Aborted;
    !is_aborted && (!entry.error.is_empty() || entry.status == 0)
}

/// What a network error of its own says.
fn named_end(hop: usize, entry: &Entry) -> Option<Walk> {
    if entry.error.is_empty() {
        return None;
    }
    let failure = |symptom| {
        let failed = Failed::new(symptom, None);
        Some(Walk::Failed(Failure { hop, on_preflight: false, failed, is_inferred: false }))
    };
    match net_error::meaning(&entry.error) {
        Meaning::Aborted => Some(Walk::NotChecked),
        Meaning::LocalNetwork => failure(Symptom::LocalNetwork),
        Meaning::ResourcePolicy => failure(Symptom::ResourcePolicy),
        Meaning::Obstacle(obstacle) => Some(Walk::Obstacle { hop, obstacle }),
        Meaning::Unspecific => None,
    }
}

fn nothing_arrived(number: usize, hop: &Hop<'_>) -> Walk {
    let ends = [hop.preflight, hop.request].into_iter().flatten();
    ends.filter_map(|it| named_end(number, it)).next().unwrap_or(Walk::Unclear { hop: number })
}

fn without_page(call: &Call<'_>) -> Walk {
    let named = call
        .hops
        .iter()
        .enumerate()
        .find_map(|(number, hop)| hop.request.and_then(|it| named_end(number, it)));
    named.unwrap_or(Walk::NotChecked)
}

/// A load that is not read, and so not checked.
fn is_no_cors(entry: &Entry) -> bool {
    match entry.request.value("sec-fetch-mode") {
        Some(mode) => mode == "no-cors",
        None => {
            !entry.request.has("origin")
                && matches!(
                    entry.resource_type.as_str(),
                    "script"
                        | "image"
                        | "img"
                        | "stylesheet"
                        | "media"
                        | "other"
                        | "beacon"
                        | "ping"
                        | ""
                )
        }
    }
}

/// Fetch, "cross-origin resource policy check".
fn resource_policy(entry: &Entry, page: &str) -> Option<Failed> {
    let policy = entry.response.value("cross-origin-resource-policy")?;
    let is_refused = match relation(page, &entry.url)? {
        Relation::SameOrigin => false,
        Relation::SameSite => policy == "same-origin",
        Relation::CrossSite => matches!(policy, "same-origin" | "same-site"),
    };
    is_refused.then(|| Failed::new(Symptom::ResourcePolicy, Some(policy)))
}
