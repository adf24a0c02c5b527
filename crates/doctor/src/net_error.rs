//! Chromium's network errors: which of them say what stopped a request.

use crate::console::Obstacle;

/// What an error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The page or the visitor stopped it.
    Aborted,
    LocalNetwork,
    Obstacle(Obstacle),
    ResourcePolicy,
    /// `ERR_FAILED` is what a failed CORS check looks like, among other things.
    Unspecific,
}

/// The meaning of an error by its code, with or without `net::ERR_`.
pub(crate) fn meaning(code: &str) -> Meaning {
    let code = code.trim_start_matches("net::").trim_start_matches("ERR_");
    let begins = |starts: &[&str]| starts.iter().any(|start| code.starts_with(start));
    if begins(&["ABORTED"]) {
        Meaning::Aborted
    } else if begins(&[
        "BLOCKED_BY_PRIVATE_NETWORK",
        "BLOCKED_BY_LOCAL_NETWORK",
        "INSECURE_PRIVATE_NETWORK",
    ]) {
        Meaning::LocalNetwork
    } else if begins(&["BLOCKED_BY_RESPONSE", "BLOCKED_BY_ORB"]) {
        Meaning::ResourcePolicy
    } else if begins(&["BLOCKED_BY_CSP"]) {
        Meaning::Obstacle(Obstacle::ContentSecurityPolicy)
    } else if begins(&["BLOCKED_BY_CLIENT", "BLOCKED_BY_ADMINISTRATOR"]) {
        Meaning::Obstacle(Obstacle::Blocker)
    } else if begins(&["CERT", "SSL", "BAD_SSL"]) {
        Meaning::Obstacle(Obstacle::Certificate)
    } else if begins(&[
        "NAME_NOT_RESOLVED",
        "NAME_RESOLUTION",
        "DNS",
        "ADDRESS",
        "INTERNET_DISCONNECTED",
        "NETWORK_CHANGED",
    ]) {
        Meaning::Obstacle(Obstacle::Address)
    } else if begins(&[
        "CONNECTION",
        "TIMED_OUT",
        "EMPTY_RESPONSE",
        "HTTP2",
        "QUIC",
        "TUNNEL",
        "PROXY",
        "SOCKET",
        "NETWORK_IO",
        "INVALID",
        "INCOMPLETE",
        "CONTENT",
        "RESPONSE_HEADERS",
        "TOO_MANY_REDIRECTS",
    ]) {
        Meaning::Obstacle(Obstacle::Connection)
    } else {
        Meaning::Unspecific
    }
}
