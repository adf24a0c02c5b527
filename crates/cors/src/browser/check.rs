//! Fetch, "CORS check".

use http::HeaderMap;
use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN};
use url::Url;

use super::{Credentials, Reason, header_list};
use crate::RequestOrigin;

/// Whether a response may be shared with `origin`.
///
/// # Errors
///
/// Why not.
pub(super) fn cors_check(
    origin: &RequestOrigin,
    credentials: Credentials,
    headers: &HeaderMap,
) -> Result<(), Reason> {
    let allowed = header_list::combined(headers, &ACCESS_CONTROL_ALLOW_ORIGIN)
        .ok_or(Reason::AllowOriginMissing)?;
    let with_credentials = credentials == Credentials::Include;
    if allowed == "*" && !with_credentials {
        return Ok(());
    }
    if allowed != origin.as_str() {
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
fn mistake(allowed: &str, origin: &RequestOrigin) -> Reason {
    let value = allowed.into();
    if allowed == "*" {
        Reason::WildcardWithCredentials
    } else if allowed.contains([',', ' ']) {
        Reason::AllowOriginMultiple { value }
    } else if allowed != "null" && Url::parse(allowed).is_err() {
        Reason::AllowOriginInvalid { value }
    } else {
        Reason::AllowOriginMismatch { value, origin: origin.as_str().into() }
    }
}
