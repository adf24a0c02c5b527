//! Every place that a sign-in sends somebody to. Nothing else makes a `Location`.

#[cfg(test)]
mod tests;

use crossgate_cors::{Origin, RequestOrigin};
use crossgate_gate::{Gate, ReturnPath, trusts_by_name};
use crossgate_model::{Application, Host, Snapshot};
use url::form_urlencoded::Serializer;

/// Applications lie no deeper than this, and a path may have thousands of segments.
const MAX_SEGMENTS: usize = 16;

/// The login host's page for an application: row 20 of `docs/request-path.md`.
///
/// `again` marks a sign-in that was started over, so that it is started over once.
#[must_use]
pub fn login_page(
    snapshot: &Snapshot,
    host: &Host,
    application: &Application,
    path: &ReturnPath,
    meta: &str,
    again: bool,
) -> String {
    let mut query = Serializer::new(String::new());
    query
        .append_pair("kid", &application.aud)
        .append_pair("redirect_url", path.as_str())
        .append_pair("meta", meta);
    if again {
        query.append_pair("again", "1");
    }
    let origin = snapshot.public.origin(&snapshot.organization.auth_domain);
    format!("{origin}/cdn-cgi/access/login/{host}?{}", query.finish())
}

/// Where the application's host receives the result of a sign-in.
#[must_use]
pub fn authorized(snapshot: &Snapshot, host: &Host, code: &str, meta: &str, again: bool) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("code", code).append_pair("meta", meta);
    if again {
        query.append_pair("again", "1");
    }
    format!("{}/cdn-cgi/access/authorized?{}", snapshot.public.origin(host), query.finish())
}

/// The URL that was asked for in the first place.
#[must_use]
pub fn original(snapshot: &Snapshot, host: &Host, path: &ReturnPath) -> String {
    format!("{}{path}", snapshot.public.origin(host))
}

/// A link on the application's own host that starts a sign-in and never goes stale.
#[must_use]
pub fn sign_in_link(snapshot: &Snapshot, host: &Host, path: &ReturnPath) -> String {
    let query = Serializer::new(String::new()).append_pair("redirect_url", path.as_str()).finish();
    format!("{}/cdn-cgi/access/login?{query}", snapshot.public.origin(host))
}

/// Where pages ask whether there is a session at the application that covers a path of a host.
#[must_use]
pub fn status(gate: &Gate, host: &Host, path: &str) -> String {
    let top = top_of_application(gate, host, path);
    original(gate.snapshot(), host, &ReturnPath::to_endpoint("status", &[("path", top.as_str())]))
}

/// The sign-in link of the application that covers a path of a host. It leads to the top of that application: to a page
/// rather than to what a script asked for.
#[must_use]
pub fn application_link(gate: &Gate, host: &Host, path: &str) -> String {
    sign_in_link(gate.snapshot(), host, &top_of_application(gate, host, path))
}

/// As [`application_link`], for a page of another origin: it leads back to that page's start page, if the application
/// trusts the origin by name.
#[must_use]
pub fn page_link(gate: &Gate, host: &Host, path: &str, page: Option<&Origin>) -> String {
    let link = application_link(gate, host, path);
    match page.filter(|page| is_listed_page(gate, host, path, page)) {
        Some(page) => {
            let mut query = Serializer::new(String::new());
            format!("{link}&{}", query.append_pair("origin", page.as_str()).finish())
        }
        None => link,
    }
}

/// The start page of another origin, if the application that covers a path of a host trusts the origin by name: the one
/// way that leads from a sign-in to an origin that the gateway does not serve itself.
#[must_use]
pub fn listed_page(gate: &Gate, host: &Host, path: &ReturnPath, page: &Origin) -> Option<String> {
    is_listed_page(gate, host, path.path(), page).then(|| format!("{page}/"))
}

fn is_listed_page(gate: &Gate, host: &Host, path: &str, page: &Origin) -> bool {
    let web = matches!(page.scheme(), "http" | "https");
    let page = RequestOrigin::Tuple(page.clone());
    web && gate
        .application(host, path)
        .is_some_and(|application| trusts_by_name(application, &page))
}

/// The shortest beginning of a path that its application covers, too.
pub(crate) fn top_of_application(gate: &Gate, host: &Host, path: &str) -> ReturnPath {
    let aud = |path: &str| gate.application(host, path).map(|application| &application.aud);
    let covering = aud(path);
    let beginnings = path.match_indices('/').take(MAX_SEGMENTS).map(|(slash, _)| slash + 1);
    let top = beginnings
        .filter_map(|end| path.get(..end))
        .find(|beginning| aud(beginning) == covering)
        .unwrap_or(path);
    ReturnPath::parse(top).unwrap_or_else(|_| ReturnPath::root())
}

/// Where `returnTo` of a sign-out may lead: a URL of one of the gateway's own hosts, over its public scheme and
/// port. The login host counts, and every host that an application covers.
#[must_use]
pub fn return_to(gate: &Gate, text: &str) -> Option<String> {
    let snapshot = gate.snapshot();
    if text.len() > ReturnPath::MAX_LENGTH
        || !text.bytes().all(|byte| byte.is_ascii_graphic())
        || text.contains('\\')
    {
        return None;
    }
    let url = url::Url::parse(text).ok()?;
    let host = Host::parse(url.host_str()?).ok()?;
    let known =
        host == snapshot.organization.auth_domain || gate.application(&host, url.path()).is_some();
    let ours = url.origin().ascii_serialization() == snapshot.public.origin(&host);
    let plain = url.username().is_empty() && url.password().is_none();
    if !(known && ours && plain) {
        return None;
    }
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Some(original(snapshot, &host, &ReturnPath::parse(&path).ok()?))
}
