//! Refusals that a browser's console explains.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue};

use super::{PREFLIGHT_VARY, Preflight, Refusal};
use crate::Policy;

/// What the console shows as the allowed origin where the page's is not allowed. No page has it.
const NOT_LISTED: HeaderValue =
    HeaderValue::from_static("https://origin-is-not-in-allowed-origins.invalid");

impl Policy {
    /// Headers that refuse a preflight, for an answer with status 200: what browsers check passes up to the very thing that is
    /// refused, so that their console names it (Fetch, "CORS-preflight fetch", steps 7.5 to 7.7). A page of an allowed origin
    /// learns which methods and headers are allowed; others learn nothing.
    pub fn explain_refusal(
        &self,
        preflight: &Preflight<'_>,
        refusal: &Refusal,
        headers: &mut HeaderMap,
    ) {
        headers.insert(VARY, HeaderValue::from_static(PREFLIGHT_VARY));
        let origin = preflight.origin.one().filter(|it| self.allows_origin(it).is_allowed());
        let Some(origin) = origin else {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, NOT_LISTED);
            return;
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.header_value());
        if self.allows_credentials() {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        let refused_method =
            matches!(refusal, Refusal::MethodNotAllowed(_) | Refusal::MalformedRequestMethod);
        let method =
            preflight.method_line().filter(|_| !refused_method).map(|(line, _)| line.clone());
        if let Some(methods) = method.or_else(|| self.methods().header_value()) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        if let Some(names) = self.request_headers().header_value() {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
    }
}
