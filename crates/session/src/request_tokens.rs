//! Where a request has its tokens.

use crossgate_token::cookie;
use http::HeaderMap;
use http::header::HeaderName;

use crate::verified_tokens::VerifiedToken;

const CF_ACCESS_TOKEN: HeaderName = HeaderName::from_static("cf-access-token");

/// A header that may come once came more often.
pub(crate) struct Doubled;

/// The token in the `cf-access-token` header.
pub(crate) fn header_token(headers: &HeaderMap) -> Result<Option<&str>, Doubled> {
    let mut values = headers.get_all(CF_ACCESS_TOKEN).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(std::str::from_utf8(value.as_bytes()).unwrap_or_default())),
        (Some(_), Some(_)) => Err(Doubled),
    }
}

/// The tokens in all copies of `CF_Authorization` with this suffix, as many as are looked at.
pub(crate) fn authorization_cookies<'h>(
    headers: &'h HeaderMap,
    suffix: &str,
) -> impl Iterator<Item = &'h str> {
    values_with_suffix(headers, cookie::AUTHORIZATION, suffix)
        .map(|value| std::str::from_utf8(value).unwrap_or_default())
}

/// The tokens in all copies of `CF_Authorization` with any suffix, each with its suffix.
pub(crate) fn authorization_cookies_of_any_suffix(
    headers: &HeaderMap,
) -> impl Iterator<Item = (&str, &str)> {
    cookie::cookies(headers)
        .filter_map(|(name, value)| {
            let suffix = name.strip_prefix(cookie::AUTHORIZATION.as_bytes())?;
            let suffix =
                std::str::from_utf8(suffix).ok().filter(|_| cookie::is_gateway_cookie(name))?;
            Some((suffix, std::str::from_utf8(value).ok()?))
        })
        .take(cookie::MAX_COPIES * cookie::MAX_COPIES)
}

/// Whether the browser holds the binding cookie that a token names.
pub(crate) fn is_bound(token: &VerifiedToken, headers: &HeaderMap, suffix: &str) -> bool {
    values_with_suffix(headers, cookie::BINDING, suffix).any(|value| token.is_bound_to(value))
}

/// Values of the cookie `name` followed by `suffix`, without putting the two together: this is on the way of every
/// request.
fn values_with_suffix<'h>(
    headers: &'h HeaderMap,
    name: &str,
    suffix: &str,
) -> impl Iterator<Item = &'h [u8]> {
    cookie::cookies(headers)
        .filter(move |(own, _)| own.strip_prefix(name.as_bytes()) == Some(suffix.as_bytes()))
        .map(|(_, value)| value)
        .take(cookie::MAX_COPIES)
}
