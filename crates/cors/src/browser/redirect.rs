//! Fetch, "HTTP-redirect fetch".

use http::Method;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, LOCATION,
};
use url::Url;

use super::{FetchRequest, Mode, Reason, Received, header_list, origin_of, same_origin};
use crate::RequestOrigin;

/// A redirect status with somewhere to go.
pub(super) fn is_redirect(response: &Received) -> bool {
    matches!(response.status, 301 | 302 | 303 | 307 | 308)
        && response.headers.contains_key(LOCATION)
}

/// Where a redirect leads to.
///
/// # Errors
///
/// Why it may not be followed. `cors` is whether the response tainting is `cors` by now.
pub(super) fn location(
    request: &FetchRequest,
    initiator: &RequestOrigin,
    current: &Url,
    response: &Received,
    cors: bool,
) -> Result<Url, Reason> {
    let value = header_list::combined(&response.headers, &LOCATION).unwrap_or_default();
    let mut url = current.join(&value).map_err(|_| Reason::LocationInvalid)?;
    if url.fragment().is_none() {
        url.set_fragment(current.fragment());
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Reason::UnsupportedScheme { scheme: url.scheme().into() });
    }
    let has_userinfo = !url.username().is_empty() || url.password().is_some();
    let crosses = request.mode == Mode::Cors && !same_origin(initiator, &origin_of(&url));
    if has_userinfo && (crosses || cors) {
        return Err(Reason::RedirectUserinfo);
    }
    Ok(url)
}

/// Changes method, body and headers for the next hop.
pub(super) fn rewrite(request: &mut FetchRequest, status: u16, from: &Url, to: &Url) {
    let becomes_get = match status {
        301 | 302 => request.method == Method::POST,
        303 => !matches!(request.method, Method::GET | Method::HEAD),
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        request.has_body = false;
        for name in [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE] {
            request.headers.remove(name);
        }
    }
    if !same_origin(&origin_of(from), &origin_of(to)) {
        request.headers.remove(AUTHORIZATION);
    }
}

/// Whether any redirect of the chain leads to another origin.
pub(super) fn crosses_origins(urls: &[Url]) -> bool {
    urls.windows(2)
        .any(|pair| matches!(pair, [from, to] if !same_origin(&origin_of(from), &origin_of(to))))
}

/// Fetch, "redirect-taint": whether the origin has to be hidden from the last URL of the chain.
pub(super) fn is_tainted(initiator: &RequestOrigin, urls: &[Url]) -> bool {
    urls.windows(2).any(|pair| {
        let [last, next] = pair else { return false };
        let (last, next) = (origin_of(last), origin_of(next));
        !same_origin(&last, &next) && !same_origin(initiator, &last)
    })
}
