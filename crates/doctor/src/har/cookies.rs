//! Cookies by name and attribute. Values are read for their expiry at most, and never kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::text::printable;

const MAX_NAME: usize = 64;

/// `SameSite` of a cookie as a response set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameSite {
    /// Not said: `Lax` in Chromium, `None` in Firefox and Safari.
    Unsaid,
    Lax,
    Strict,
    None,
}

/// A cookie that a response set.
#[derive(Clone, Debug)]
pub(crate) struct SetCookie {
    pub(crate) name: String,
    pub(crate) same_site: SameSite,
    /// The domain that it is for, if not only the host.
    pub(crate) domain: Option<String>,
    /// It is deleted.
    pub(crate) gone: bool,
}

/// A cookie that a request carried.
#[derive(Clone, Debug)]
pub(crate) struct SentCookie {
    pub(crate) name: String,
    /// When the token in it expires, in seconds since 1970, if it is one that says so.
    pub(crate) expires: Option<i64>,
}

/// Reads a `Cookie` header.
pub(super) fn sent(header: &str) -> impl Iterator<Item = SentCookie> {
    header.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        sent_cookie(name, value)
    })
}

/// One cookie that a request carried.
pub(super) fn sent_cookie(name: &str, value: &str) -> Option<SentCookie> {
    let name = printable(name.trim(), MAX_NAME);
    (!name.is_empty()).then(|| SentCookie { name, expires: expiry(value.trim()) })
}

/// Reads one `Set-Cookie` line (RFC 6265bis, section 5.6).
pub(super) fn set(line: &str) -> Option<SetCookie> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let mut cookie = SetCookie {
        name: printable(name.trim(), MAX_NAME),
        same_site: SameSite::Unsaid,
        domain: None,
        gone: value.trim().is_empty(),
    };
    for attribute in parts {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "samesite" => {
                cookie.same_site = match value.to_ascii_lowercase().as_str() {
                    "lax" => SameSite::Lax,
                    "strict" => SameSite::Strict,
                    "none" => SameSite::None,
                    _ => SameSite::Unsaid,
                };
            }
            "domain" => {
                cookie.domain =
                    Some(printable(&value.trim_start_matches('.').to_ascii_lowercase(), 253));
            }
            "max-age" => cookie.gone |= value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
            "expires" => cookie.gone |= value.contains("1970"),
            _ => {}
        }
    }
    (!cookie.name.is_empty()).then_some(cookie)
}

/// `exp` of a JSON Web Token (RFC 7519, section 4.1.4), unverified.
fn expiry(value: &str) -> Option<i64> {
    let payload = value.starts_with("eyJ").then(|| value.split('.').nth(1))??;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims = serde_json::from_slice::<serde_json::Value>(&payload).ok()?;
    claims.get("exp")?.as_i64()
}
