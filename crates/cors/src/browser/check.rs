//! Fetch, "CORS check".

use http::HeaderMap;
use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN};
use url::Url;

use super::{Credentials, Reason, header_list};

/// Fetch, "CORS check": whether a response with these headers may be shared with `origin`, the value
/// of the request's `Origin`.
///
/// # Errors
///
/// Why not.
pub fn cors_check(
    origin: &str,
    credentials: Credentials,
    headers: &HeaderMap,
) -> Result<(), Reason> {
    let allowed = header_list::combined(headers, &ACCESS_CONTROL_ALLOW_ORIGIN)
        .ok_or(Reason::AllowOriginMissing)?;
    let with_credentials = credentials == Credentials::Include;
    if allowed == "*" && !with_credentials {
        return Ok(());
    }
    if allowed != origin {
        return Err(mistake(&allowed, origin));
    }
    if !with_credentials {
        return Ok(());
    }
    let value = header_list::combined(headers, &ACCESS_CONTROL_ALLOW_CREDENTIALS);
    if value.as_deref() == Some("true") {
        return Ok(());
    }
    Err(Reason::AllowCredentialsMissing { value: value.map(Into::into) })
}

/// Which mistake the value is. Browsers tell them apart in their messages alone.
fn mistake(allowed: &str, origin: &str) -> Reason {
    let value = allowed.into();
    if allowed == "*" {
        Reason::WildcardWithCredentials
    } else if allowed.contains([',', ' ']) {
        Reason::AllowOriginMultiple { value }
    } else if allowed != "null" && !Url::parse(allowed).is_ok_and(|url| url.has_host()) {
        Reason::AllowOriginInvalid { value }
    } else {
        Reason::AllowOriginMismatch { value, origin: origin.into() }
    }
}
