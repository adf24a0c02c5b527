//! Where a request has its tokens.

use crossgate_token::cookie;
use http::HeaderMap;
use http::header::HeaderName;

use crate::verified_token::VerifiedToken;

const CF_ACCESS_TOKEN: HeaderName = HeaderName::from_static("cf-access-token");

/// A header that may come once came more often.
pub(crate) struct Doubled;

/// The token in the `cf-access-token` header.
pub(crate) fn header_token(headers: &HeaderMap) -> Result<Option<&[u8]>, Doubled> {
    let mut values = headers.get_all(CF_ACCESS_TOKEN).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(value.as_bytes())),
        (Some(_), Some(_)) => Err(Doubled),
    }
}

/// The tokens in all copies of `CF_Authorization` with this suffix, as many as are looked at.
pub(crate) fn authorization_cookies<'h>(
    headers: &'h HeaderMap,
    suffix: &str,
) -> impl Iterator<Item = &'h [u8]> {
    cookie::values_with_suffix(headers, cookie::AUTHORIZATION, suffix)
}

/// The tokens in all copies of `CF_Authorization` with any suffix, each with its suffix.
pub(crate) fn authorization_cookies_of_any_suffix(
    headers: &HeaderMap,
) -> impl Iterator<Item = (&str, &[u8])> {
    cookie::cookies(headers)
        .filter_map(|(name, value)| {
            let suffix = name.strip_prefix(cookie::AUTHORIZATION.as_bytes())?;
            let suffix =
                std::str::from_utf8(suffix).ok().filter(|_| cookie::is_gateway_cookie(name))?;
            Some((suffix, value))
        })
        .take(cookie::MAX_COPIES * cookie::MAX_COPIES)
}

/// Whether the browser holds the binding cookie that a token names.
pub(crate) fn is_bound(token: &VerifiedToken, headers: &HeaderMap, suffix: &str) -> bool {
    cookie::values_with_suffix(headers, cookie::BINDING, suffix)
        .any(|value| token.is_bound_to(value))
}
