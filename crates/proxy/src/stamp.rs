//! The one point that every answer of the gateway's own passes.

use bytes::Bytes;
use crossgate_gate::Stamp;
use http::header::{CACHE_CONTROL, HeaderName};
use http::{HeaderValue, Response};
use http_body_util::Full;

use crate::body::ResponseBody;

/// The request's number, for people who report a problem.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Writes CORS headers, `no-store` and the request's number.
pub(crate) fn stamped(
    response: Response<Bytes>,
    stamp: &Stamp,
    request_id: &str,
) -> Response<ResponseBody> {
    let (mut parts, body) = response.into_parts();
    stamp.write(&mut parts.headers);
    parts.headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        parts.headers.insert(X_REQUEST_ID, id);
    }
    Response::from_parts(parts, ResponseBody::Own(Full::new(body)))
}
