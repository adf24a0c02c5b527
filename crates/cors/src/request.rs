//! Facts about an actual request, as opposed to its preflight.

use http::{HeaderMap, Method};

use crate::Policy;

/// Whether a method may change something: any but GET, HEAD and OPTIONS.
pub fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a page needed a preflight to make this request (Fetch, "CORS-preflight flag", as far
/// as a server can tell): a method or `Content-Type` that is not safelisted, `Authorization`, or
/// a header that is not safelisted and that the policy's `allowed_headers` names. Where the policy
/// allows all headers, any header counts that browsers do not send of their own accord.
pub fn needed_preflight(method: &Method, headers: &HeaderMap, policy: Option<&Policy>) -> bool {
    todo!("{method}{headers:?}{policy:?}")
}
