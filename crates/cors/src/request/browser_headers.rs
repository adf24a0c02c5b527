//! Headers that a request has without its page asking for them.

use http::HeaderName;

/// Sorted. What browsers add by themselves, and what proxies on the way add.
pub(super) const NAMES: [&str; 54] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "alt-used",
    "attribution-reporting-eligible",
    "cache-control",
    "cdn-loop",
    "connection",
    "content-length",
    "cookie",
    "date",
    "device-memory",
    "dnt",
    "downlink",
    "dpr",
    "early-data",
    "ect",
    "expect",
    "forwarded",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "last-event-id",
    "origin",
    "pragma",
    "priority",
    "purpose",
    "range",
    "referer",
    "rtt",
    "save-data",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "viewport-width",
    "width",
    "x-client-data",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
    "x-request-id",
];

/// Whether a header says nothing about the page's script.
pub(super) fn contains(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("sec-") || name.starts_with("proxy-") || NAMES.binary_search(&name).is_ok()
}
