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

/// Whether some upstream would take the name for one of ours: CGI and its like fold whatever is no letter or digit.
pub(crate) fn is_alias(name: &str) -> bool {
    is_foldable(name) && is_owned(&folded(name))
}

/// The name with `-` for everything that is no letter or digit.
#[must_use]
pub fn folded(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

fn is_foldable(name: &str) -> bool {
    name.bytes().any(|byte| !byte.is_ascii_alphanumeric() && byte != b'-')
}

fn is_owned(name: &str) -> bool {
    matches!(name, "forwarded" | "x-real-ip" | "x-request-id")
        || name.starts_with("cf-access-")
        || name.starts_with("x-forwarded-")
}
