//! What the browser adds to a request, and what it does not let a page say.

use http::header::{
    ACCEPT, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, COOKIE,
    HeaderMap, ORIGIN, RANGE,
};
use http::{HeaderName, HeaderValue, Method};

use super::{Destination, Engine, FetchRequest, Mode, Reason};
use crate::request::{forbidden, safelist};

const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];
/// Fetch, "normalize" a method: these alone are put in upper case.
const NORMALISED_METHODS: [Method; 6] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT];

/// Reads what a page asks for as the `Request` constructor does.
///
/// # Errors
///
/// What a page may not ask for.
pub(super) fn construct(mut request: FetchRequest) -> Result<FetchRequest, Reason> {
    let method = request.method.as_str();
    let forbidden = FORBIDDEN_METHODS.iter().any(|name| name.eq_ignore_ascii_case(method));
    if forbidden {
        return Err(Reason::ForbiddenMethod { method: method.into() });
    }
    let same = |known: &&Method| known.as_str().eq_ignore_ascii_case(method);
    if let Some(known) = NORMALISED_METHODS.iter().find(same) {
        request.method = known.clone();
    }
    let method = &request.method;
    let has_userinfo = !request.url.username().is_empty() || request.url.password().is_some();
    if has_userinfo && request.destination == Destination::Empty {
        return Err(Reason::UrlUserinfo);
    }
    if request.has_body && matches!(*method, Method::GET | Method::HEAD) {
        return Err(Reason::BodyNotAllowed { method: method.as_str().into() });
    }
    let no_cors = request.mode == Mode::NoCors;
    if no_cors && !matches!(*method, Method::GET | Method::HEAD | Method::POST) {
        return Err(Reason::NoCorsMethod { method: method.as_str().into() });
    }
    let had_type = request.headers.contains_key(CONTENT_TYPE);
    request.headers = headers_of_page(&request.headers, no_cors);
    if had_type && request.has_body && !request.headers.contains_key(CONTENT_TYPE) {
        // The type that the page gave was dropped; a text has one of its own.
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    }
    Ok(request)
}

/// What is left of a page's headers: forbidden ones are dropped without a word, and with
/// `no-cors` all that are not safelisted.
fn headers_of_page(headers: &HeaderMap, no_cors: bool) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        let allowed = if no_cors {
            *name != RANGE && safelist::contains(name, value)
        } else {
            !is_forbidden(name, value)
        };
        if allowed {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

fn is_forbidden(name: &HeaderName, value: &HeaderValue) -> bool {
    let name = name.as_str();
    if matches!(name, "x-http-method" | "x-http-method-override" | "x-method-override") {
        let methods = String::from_utf8_lossy(value.as_bytes());
        return methods.split(',').any(|method| {
            FORBIDDEN_METHODS.iter().any(|known| known.eq_ignore_ascii_case(method.trim()))
        });
    }
    forbidden::contains(name)
}

/// The headers of a preflight, without `Origin` and `Sec-Fetch-*`.
pub(super) fn preflight_headers(method: &Method, names: Option<HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if let Ok(method) = HeaderValue::try_from(method.as_str()) {
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, method);
    }
    if let Some(names) = names {
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, names);
    }
    headers
}

/// The headers of a request, without `Origin` and `Sec-Fetch-*`.
pub(super) fn request_headers(
    engine: Engine,
    request: &FetchRequest,
    cookies: Option<HeaderValue>,
) -> HeaderMap {
    let mut headers = request.headers.clone();
    if engine.rewrites_range()
        && let Some(range) = headers.get(RANGE).and_then(as_understood)
    {
        headers.insert(RANGE, range);
    }
    if !headers.contains_key(ACCEPT) {
        headers.insert(ACCEPT, HeaderValue::from_static(accept(request.destination)));
    }
    if let Some(cookies) = cookies {
        headers.insert(COOKIE, cookies);
    }
    headers
}

/// A range of bytes, without spaces and in lower case; nothing for what is no such range.
fn as_understood(range: &HeaderValue) -> Option<HeaderValue> {
    let text = range.to_str().ok()?.to_ascii_lowercase();
    let bounds = text.trim().strip_prefix("bytes")?.trim_start().strip_prefix('=')?;
    let (start, end) = bounds.split_once('-')?;
    let (start, end) = (start.trim(), end.trim());
    let is_number = |text: &str| text.is_empty() || text.parse::<i64>().is_ok();
    let is_range = is_number(start) && is_number(end) && !(start.is_empty() && end.is_empty());
    is_range.then(|| HeaderValue::try_from(format!("bytes={start}-{end}")).ok())?
}

/// Adds `Origin`.
pub(super) fn add_origin(headers: &mut HeaderMap, origin: Option<&crate::RequestOrigin>) {
    if let Some(origin) = origin {
        headers.insert(ORIGIN, origin.header_value());
    }
}

const fn accept(destination: Destination) -> &'static str {
    match destination {
        Destination::Document | Destination::Iframe => {
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        }
        Destination::Image => "image/avif,image/webp,image/*;q=0.8,*/*;q=0.5",
        Destination::Style => "text/css,*/*;q=0.1",
        Destination::Empty
        | Destination::Font
        | Destination::Manifest
        | Destination::Script
        | Destination::Video => "*/*",
    }
}
