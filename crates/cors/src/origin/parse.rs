//! The grammar of a serialised tuple origin (RFC 6454, section 7.1, as browsers write it).

use std::ops::Range;

use http::HeaderValue;

use super::{Origin, OriginError, host};

mod plain;

/// Above the longest host name with its dot, a scheme and a port.
const MAX_BYTES: usize = 384;

/// Where the parts of an origin are.
#[derive(Debug, PartialEq)]
pub(super) struct Parts {
    pub(super) host: Range<usize>,
    pub(super) scheme_end: usize,
    pub(super) port: u16,
}

impl Parts {
    /// The origin whose serialisation, which was read, is `serialisation`.
    pub(super) fn origin(self, serialisation: HeaderValue) -> Origin {
        let Self { host, scheme_end, port } = self;
        Origin { serialisation, host, scheme_end, port }
    }
}

/// Reads `scheme://host[:port]` in the one spelling that browsers use.
pub(super) fn tuple(value: &[u8]) -> Result<Parts, OriginError> {
    plain::tuple(value).map_or_else(|| any_tuple(value), Ok)
}

/// Reads any origin, and says what is wrong with what is none.
fn any_tuple(value: &[u8]) -> Result<Parts, OriginError> {
    let text = plain_ascii(value)?;
    let (scheme, authority) = text.split_once("://").ok_or(OriginError::MissingScheme)?;
    if !is_scheme(scheme) {
        return Err(OriginError::BadScheme);
    }
    if let Some((host, rest)) = authority.split_once(['/', '?', '#', '\\']) {
        let bare = !host.is_empty() && rest.is_empty() && authority.ends_with('/');
        return Err(if bare { OriginError::TrailingSlash } else { OriginError::Path });
    }
    if authority.contains('@') {
        return Err(OriginError::UserInfo);
    }
    if authority.contains('*') {
        return Err(OriginError::Wildcard);
    }
    let (host, port) = split_port(authority);
    host::check(host)?;
    let port = match (port, default_port(scheme)) {
        (None, default) => default.unwrap_or(0),
        (Some(digits), default) => {
            let port = port_number(digits).ok_or(OriginError::BadPort)?;
            if default == Some(port) {
                return Err(OriginError::DefaultPort);
            }
            port
        }
    };
    let host_start = scheme.len() + "://".len();
    Ok(Parts { host: host_start..host_start + host.len(), scheme_end: scheme.len(), port })
}

/// The port that a URL of this scheme has without saying so (URL standard, "special scheme").
pub(super) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

/// The value as text, when it has none but the bytes that an origin may be spelled with.
fn plain_ascii(value: &[u8]) -> Result<&str, OriginError> {
    if value.is_empty() {
        return Err(OriginError::Empty);
    }
    if value.len() > MAX_BYTES {
        return Err(OriginError::TooLong);
    }
    if !value.is_ascii() {
        return Err(OriginError::NotAscii);
    }
    if value.iter().any(|byte| *byte == b',' || byte.is_ascii_whitespace()) {
        return Err(OriginError::List);
    }
    if value.iter().any(u8::is_ascii_uppercase) {
        return Err(OriginError::UpperCase);
    }
    std::str::from_utf8(value).map_err(|_| OriginError::NotAscii)
}

fn is_scheme(scheme: &str) -> bool {
    let mut bytes = scheme.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && bytes.all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')
        })
}

/// Host and port of an authority without user information. Colons inside brackets are the host's.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_address = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority.rsplit_once(':') {
        Some((host, port)) if host.len() >= after_address => (host, Some(port)),
        Some(_) | None => (authority, None),
    }
}

fn port_number(digits: &str) -> Option<u16> {
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}
