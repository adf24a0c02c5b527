//! The headers that grant a preflight.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, VARY,
};
use http::{HeaderMap, HeaderValue};

use crate::stamp::set;

/// The `Vary` of every answer to a preflight, granted or refused.
pub const PREFLIGHT_VARY: &str =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// The headers that grant a preflight: for exactly the origin, method and headers that it asked
/// for. The status is 200 and the body empty.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Answer {
    pub(super) origin: HeaderValue,
    pub(super) method: HeaderValue,
    pub(super) headers: Option<HeaderValue>,
    pub(super) credentials: bool,
    pub(super) max_age: Option<HeaderValue>,
}

impl Answer {
    /// Puts the headers, `Vary` included, into an answer, in place of any of these names there.
    pub fn write(&self, headers: &mut HeaderMap) {
        let credentials = self.credentials.then(|| HeaderValue::from_static("true"));
        set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, Some(self.origin.clone()));
        set(headers, ACCESS_CONTROL_ALLOW_METHODS, Some(self.method.clone()));
        set(headers, ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone());
        set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
        set(headers, ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        headers.insert(VARY, HeaderValue::from_static(PREFLIGHT_VARY));
    }
}
