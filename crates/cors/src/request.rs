//! Facts about an actual request, as opposed to its preflight.

mod browser_headers;
pub(crate) mod forbidden;
pub(crate) mod safelist;
#[cfg(test)]
mod tests;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::Policy;
use crate::policy::RequestHeaders;

/// Whether a method may change something: any but GET, HEAD and OPTIONS.
pub fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a page needed a preflight to make this request (Fetch, "CORS-preflight flag", as far
/// as a server can tell): a method or `Content-Type` that is not safelisted, `Authorization`, or
/// a header that is not safelisted and that the policy's `allowed_headers` names. Where the policy
/// allows all headers, any header counts that browsers and proxies do not add of their own accord.
pub fn needed_preflight(method: &Method, headers: &HeaderMap, policy: Option<&Policy>) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::POST)
        || headers.contains_key(AUTHORIZATION)
        || headers.get_all(CONTENT_TYPE).iter().count() > 1
        || headers.iter().any(|(name, value)| needs_preflight(name, value, policy))
}

fn needs_preflight(name: &HeaderName, value: &HeaderValue, policy: Option<&Policy>) -> bool {
    let author_set = *name == CONTENT_TYPE
        || policy.is_some_and(|policy| match policy.request_headers() {
            RequestHeaders::All => !browser_headers::contains(name),
            listed @ RequestHeaders::Listed(_) => listed.allow(name.as_str().as_bytes(), true, &[]),
        });
    author_set && !safelist::contains(name, value)
}
