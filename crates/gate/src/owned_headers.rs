//! Header names that only the gateway may set, and names that look like them.

use http::HeaderName;

/// Whether a header says who is asking or where from, so that only the gateway may set it towards upstreams.
#[must_use]
pub fn is_gateway_header(name: &HeaderName) -> bool {
    is_owned(name.as_str())
}

/// Whether a header belongs to one connection only (RFC 9110, section 7.6.1, and the older ones in use).
#[must_use]
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// Whether an upstream that folds `_` or `.` into `-` would take the name for one of ours.
pub(crate) fn is_alias(name: &str) -> bool {
    name.bytes().any(|b| matches!(b, b'_' | b'.')) && is_owned(&name.replace(['_', '.'], "-"))
}

fn is_owned(name: &str) -> bool {
    matches!(name, "forwarded" | "x-real-ip" | "x-request-id")
        || name.starts_with("cf-access-")
        || name.starts_with("x-forwarded-")
}
