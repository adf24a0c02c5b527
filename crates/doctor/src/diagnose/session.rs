//! Why a request came without a session.

use std::collections::HashSet;

use super::Case;
use super::verdict::Verdict;
use crate::call::{Relation, relation};
use crate::har::{Engine, Entry, SameSite, SentCookie, SetCookie};
use crate::{Cause, Confidence};

const SANITISED: &str = "the cookies: this HAR was exported without sensitive data, so that it does not show which were sent or set";

/// Why `entry` was taken for nobody's.
pub(super) fn why(case: &Case<'_>, entry: &Entry) -> Verdict {
    let host = entry.url.host();
    let relation = case.page().and_then(|page| relation(page, &entry.url));
    if let Some(verdict) = anonymous_element(case, entry, relation) {
        return verdict;
    }
    let served = case.har.entries.iter().find(|it| {
        it.index < entry.index
            && it.is_ok()
            && it.url.host() == host
            && !it.is_preflight()
            && !it.url.is_login()
            && it.body != crate::har::Body::LoginPage
            && !it.url.is_access_path()
    });
    if let Some(verdict) = cookies_came(case, entry, host, served) {
        return verdict;
    }
    if let Some(verdict) = storage_access(entry, relation, host) {
        return verdict;
    }
    if !case.har.shows_cookies() {
        let told = match served {
            Some(earlier) => format!(
                "{host} answered entry {} and now asks to sign in: the session has ended in between, or this request came without its cookie.",
                earlier.index
            ),
            None => format!("{host} took the request for one without a session."),
        };
        return Verdict::new(Cause::SessionMissing, Confidence::Possible, told).lack(SANITISED);
    }
    let known = known_cookie(case, entry, host);
    if relation == Some(Relation::CrossSite) {
        return cross_site(case, host, known.as_ref());
    }
    match known {
        Some(Known { entry: shown, .. }) if relation == Some(Relation::SameSite) => Verdict::new(
            Cause::CredentialsNotSent,
            Confidence::Likely,
            format!(
                "The browser has a cookie for {host} (entry {shown}), and this request came without any: the page does not include credentials."
            ),
        ),
        Some(Known { entry: shown, .. }) => Verdict::new(
            Cause::SessionMissing,
            Confidence::Likely,
            format!(
                "The browser has a cookie for {host} (entry {shown}), but not for this path, or not any more."
            ),
        ),
        None => Verdict::new(
            Cause::SessionMissing,
            Confidence::Likely,
            format!(
                "The request carried no cookie, and nothing in the recording sets one for {host}: the visitor has not been there yet."
            ),
        ),
    }
}

/// `<script crossorigin>`, module scripts, fonts, manifests: loaded without credentials unless told otherwise.
fn anonymous_element(
    case: &Case<'_>,
    entry: &Entry,
    relation: Option<Relation>,
) -> Option<Verdict> {
    let dest = entry.request.value("sec-fetch-dest").unwrap_or(&entry.resource_type);
    let is_element = matches!(
        dest,
        "script"
            | "style"
            | "stylesheet"
            | "image"
            | "font"
            | "manifest"
            | "track"
            | "audio"
            | "video"
    );
    let is_cors = entry
        .request
        .value("sec-fetch-mode")
        .map_or_else(|| entry.request.has("origin"), |mode| mode == "cors");
    let is_manifest = dest == "manifest";
    if !is_element || !is_cors || !entry.sent_cookies.is_empty() {
        return None;
    }
    if relation == Some(Relation::SameOrigin) && !is_manifest {
        return None;
    }
    let verdict = Verdict::new(
        Cause::AnonymousScript,
        Confidence::Likely,
        format!(
            "This is loaded by an element ({dest}) in mode `cors`, without cookies: `crossorigin` alone means `anonymous`."
        ),
    );
    Some(if case.har.shows_cookies() { verdict } else { verdict.lack(SANITISED) })
}

/// Cookies came, and did not do.
fn cookies_came(
    case: &Case<'_>,
    entry: &Entry,
    host: &str,
    served: Option<&Entry>,
) -> Option<Verdict> {
    if entry.sent_cookies.is_empty() {
        return None;
    }
    let expired = |verdict: String, confidence| {
        Some(Verdict::new(Cause::SessionExpired, confidence, verdict))
    };
    let now = entry.started.map(|it| it / 1000);
    let is_over = |it: &&SentCookie| it.expires.zip(now).is_some_and(|(end, now)| end <= now);
    let is_sessions = |name: &str| !is_state(name) && !name.starts_with('_');
    let names = entry.sent_cookies.iter().filter(|it| is_sessions(&it.name)).collect::<Vec<_>>();
    if let Some(cookie) = entry.sent_cookies.iter().find(is_over) {
        return expired(
            format!(
                "The token in the cookie `{}` had expired when the request was made.",
                cookie.name
            ),
            Confidence::Certain,
        );
    }
    let here = entry.sent_cookies.iter().map(|it| it.name.as_str()).collect::<HashSet<_>>();
    let mut before = case
        .har
        .entries
        .iter()
        .take_while(|it| it.index < entry.index)
        .filter(|it| it.url.host() == host);
    let gone = before.find_map(|it| {
        let gone = |cookie: &&SentCookie| {
            is_sessions(&cookie.name) && !here.contains(cookie.name.as_str())
        };
        it.sent_cookies.iter().find(gone).map(|cookie| (it.index, cookie))
    });
    if let Some((earlier, cookie)) = gone {
        return expired(
            format!(
                "The cookie `{}`, which came along in entry {earlier}, did not any more, while others did: it has expired.",
                cookie.name
            ),
            if is_over(&cookie) { Confidence::Certain } else { Confidence::Likely },
        );
    }
    if names.is_empty() {
        return None;
    }
    let list =
        names.iter().take(6).map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(", ");
    let told = format!("Cookies came along ({list}), and {host} asked to sign in all the same");
    if names.iter().any(|it| it.name.starts_with("CF_Authorization")) || served.is_some() {
        return expired(format!("{told}: the session is over or was revoked."), Confidence::Likely);
    }
    Some(
        Verdict::new(
            Cause::SessionMissing,
            Confidence::Possible,
            format!("{told}: none of them is a session that counts there, or not any more."),
        )
        .lack("which of these cookies is the session's, and whether it was ever good"),
    )
}

/// The cookie of a sign-in that is under way.
fn is_state(name: &str) -> bool {
    name.starts_with("__Host-CF_AppSession")
}

/// `Sec-Fetch-Storage-Access`: the browser itself says whether cookies can come along.
fn storage_access(entry: &Entry, relation: Option<Relation>, host: &str) -> Option<Verdict> {
    let is_none = entry.request.value("sec-fetch-storage-access") == Some("none");
    (is_none && relation == Some(Relation::CrossSite)).then(|| {
        Verdict::new(
            Cause::ThirdPartyCookiesBlocked,
            Confidence::Certain,
            format!("The browser says `Sec-Fetch-Storage-Access: none`: it keeps the cookies of {host} from pages of other sites."),
        )
    })
}

fn cross_site(case: &Case<'_>, host: &str, known: Option<&Known>) -> Verdict {
    let seen = known.map(|it| format!(" (entry {})", it.entry)).unwrap_or_default();
    if let Some(Known { set: Some(cookie), entry }) = known
        && matches!(cookie.same_site, SameSite::Lax | SameSite::Strict)
    {
        let attribute = if cookie.same_site == SameSite::Lax { "Lax" } else { "Strict" };
        return Verdict::new(
            Cause::SameSiteCookie,
            Confidence::Certain,
            format!(
                "The cookie `{}` of {host} is set with `SameSite={attribute}` (entry {entry}), and the page is on another site: no browser sends it there.",
                cookie.name
            ),
        );
    }
    match (case.har.engine, known) {
        (Engine::Firefox | Engine::Webkit, Some(_)) => Verdict::new(
            Cause::ThirdPartyCookiesBlocked,
            Confidence::Likely,
            format!("The page is on another site than {host}. The browser has a cookie for {host}{seen} and sent none: this browser keeps cookies from other sites."),
        ),
        (Engine::Firefox | Engine::Webkit, None) => Verdict::new(
            Cause::ThirdPartyCookiesBlocked,
            Confidence::Likely,
            format!("The page is on another site than {host}, and this browser keeps cookies from other sites: signing in at {host} does not help here."),
        )
        .lack("whether the visitor is signed in there: the recording does not show a cookie of it"),
        (_, Some(_)) => Verdict::new(
            Cause::CredentialsNotSent,
            Confidence::Possible,
            format!("The browser has a cookie for {host}{seen}, and this request of another site came without any: the page does not include credentials, or the browser blocks third-party cookies."),
        )
        .lack("the `credentials` of the call, or whether the browser blocks third-party cookies"),
        (_, None) => Verdict::new(
            Cause::SessionMissing,
            Confidence::Likely,
            format!("The request carried no cookie, and nothing in the recording sets one for {host}: the visitor has not been there yet."),
        )
        .tell("The two are different sites: in Firefox, in Safari, and where third-party cookies are blocked, signing in will not help."),
    }
}

/// A cookie that the browser has for a host.
struct Known {
    entry: usize,
    set: Option<SetCookie>,
}

fn known_cookie(case: &Case<'_>, before: &Entry, host: &str) -> Option<Known> {
    let is_for = |entry: &Entry, cookie: &SetCookie| match &cookie.domain {
        Some(domain) => {
            host == domain || host.strip_suffix(domain.as_str()).is_some_and(|it| it.ends_with('.'))
        }
        None => entry.url.host() == host,
    };
    let earlier = || case.har.entries.iter().filter(|it| it.index < before.index);
    let set =
        earlier().flat_map(|entry| entry.set_cookies.iter().map(move |cookie| (entry, cookie)));
    let mut set = set
        .filter(|(entry, cookie)| is_for(entry, cookie) && !is_state(&cookie.name) && !cookie.gone);
    if let Some((entry, cookie)) = set.next() {
        return Some(Known { entry: entry.index, set: Some(cookie.clone()) });
    }
    let mut sent = earlier()
        .filter(|it| it.url.host() == host && it.sent_cookies.iter().any(|it| !is_state(&it.name)));
    sent.next().map(|it| Known { entry: it.index, set: None })
}
