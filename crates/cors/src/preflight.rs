//! Preflights: recognised, then answered by policy alone.

mod answer;
mod debug;
mod refusal;
pub(crate) mod request_headers;
#[cfg(test)]
mod tests;

use http::header::ACCESS_CONTROL_REQUEST_METHOD;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

pub use answer::{Answer, PREFLIGHT_VARY};
pub use refusal::{Kept, Refusal};

use crate::{OriginHeader, Policy};

/// Longer than any method that is registered or made up in earnest.
const MAX_METHOD_BYTES: usize = 64;

/// A CORS-preflight request (Fetch, "CORS-preflight request"), not yet judged.
#[derive(Clone, Copy, Debug)]
pub struct Preflight<'a> {
    origin: &'a OriginHeader,
    /// Its one line.
    method: Option<&'a HeaderValue>,
    headers: &'a HeaderMap,
}

impl<'a> Preflight<'a> {
    /// A preflight is OPTIONS with `Origin`, which the caller has read, and
    /// `Access-Control-Request-Method`, all three. Malformed ones are recognised as well, so that
    /// they are refused as what they claim to be.
    pub fn recognise(
        method: &Method,
        origin: &'a OriginHeader,
        headers: &'a HeaderMap,
    ) -> Option<Self> {
        if *method != Method::OPTIONS || *origin == OriginHeader::Absent {
            return None;
        }
        let mut methods = headers.get_all(ACCESS_CONTROL_REQUEST_METHOD).iter();
        let method = methods.next()?;
        let method = Some(method).filter(|_| methods.next().is_none());
        Some(Self { origin, method, headers })
    }

    /// The page's origin.
    pub const fn origin(&self) -> &'a OriginHeader {
        self.origin
    }

    /// The method asked for, if it is there once and is a token.
    pub fn requested_method(&self) -> Option<&'a str> {
        self.method_line().map(|(_, method)| method)
    }

    /// Whether all its parts can be read; a preflight that is handed to somebody else to answer
    /// should be.
    ///
    /// # Errors
    ///
    /// One of the `malformed-` refusals, or `too-many-request-headers`.
    pub fn well_formed(&self) -> Result<(), Refusal> {
        self.origin.one().ok_or(Refusal::MalformedOrigin)?;
        self.method_line().ok_or(Refusal::MalformedRequestMethod)?;
        request_headers::visit(self.headers, |_| Ok(())).map(drop)
    }

    fn method_line(&self) -> Option<(&'a HeaderValue, &'a str)> {
        let line = self.method?;
        let method = line.to_str().ok()?;
        let well_formed = (1..=MAX_METHOD_BYTES).contains(&method.len())
            && method.bytes().all(request_headers::is_token_byte);
        well_formed.then_some((line, method))
    }
}

impl Policy {
    /// Judges a preflight. The requested method must be allowed by the settings, GET, HEAD and
    /// POST included, and is compared with case. `protected_headers` are names that
    /// `allow_all_headers` does not cover for this application, beside the gateway's own
    /// credential headers.
    ///
    /// # Errors
    ///
    /// The first of origin, method and headers that is refused.
    pub fn answer(
        &self,
        preflight: &Preflight<'_>,
        protected_headers: &[HeaderName],
    ) -> Result<Answer, Refusal> {
        let origin = preflight.origin.one().ok_or(Refusal::MalformedOrigin)?;
        if !self.allows_origin(origin).is_allowed() {
            return Err(Refusal::OriginNotAllowed(origin.clone()));
        }
        let (line, method) = preflight.method_line().ok_or(Refusal::MalformedRequestMethod)?;
        if !self.methods().allow(method) {
            return Err(Refusal::method_not_allowed(method));
        }
        let spelling = request_headers::visit(preflight.headers, |name| {
            if self.request_headers().allow(name.text, name.lower_case, protected_headers) {
                Ok(())
            } else {
                Err(Refusal::header_not_allowed(name.text))
            }
        })?;
        Ok(Answer {
            origin: origin.header_value(),
            method: line.clone(),
            headers: request_headers::echo(preflight.headers, spelling)?,
            credentials: self.allows_credentials(),
            max_age: self.max_age().cloned(),
        })
    }
}
