//! Preflights: recognised, then answered by policy alone.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use thiserror::Error;

use crate::{OriginHeader, Policy, RequestOrigin};

/// The `Vary` of every answer to a preflight, granted or refused.
pub const PREFLIGHT_VARY: &str =
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// A CORS-preflight request (Fetch, "CORS-preflight request"), not yet judged.
#[derive(Clone, Debug)]
pub struct Preflight<'a> {
    origin: OriginHeader,
    headers: &'a HeaderMap,
}

impl<'a> Preflight<'a> {
    /// A preflight is OPTIONS with `Origin` and `Access-Control-Request-Method`, all three.
    /// Malformed ones are recognised as well, so that they are refused as what they claim to be.
    pub fn recognise(method: &Method, headers: &'a HeaderMap) -> Option<Self> {
        todo!("{method}{headers:?}")
    }

    /// The page's origin.
    pub const fn origin(&self) -> &OriginHeader {
        &self.origin
    }

    /// The method asked for, if there is one and it is a token.
    pub fn requested_method(&self) -> Option<&'a str> {
        todo!("{:?}", self.headers)
    }

    /// Whether all its parts can be read; a preflight that is handed to somebody else to answer
    /// should be.
    ///
    /// # Errors
    ///
    /// One of the `malformed-` refusals, or `too-many-request-headers`.
    pub fn well_formed(&self) -> Result<(), Refusal> {
        todo!()
    }
}

/// The headers that grant a preflight. The status is 200 and the body empty.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Answer {
    origin: HeaderValue,
    method: HeaderValue,
    headers: Option<HeaderValue>,
    credentials: bool,
    max_age: Option<HeaderValue>,
}

impl Answer {
    /// Puts the headers, `Vary` included, into an answer, in place of any of these names there.
    pub fn write(&self, headers: &mut HeaderMap) {
        todo!(
            "{headers:?}{:?}{:?}{:?}{:?}{:?}",
            self.origin,
            self.method,
            self.headers,
            self.credentials,
            self.max_age
        )
    }
}

/// Why a preflight is refused. What it holds is for the log.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[must_use]
pub enum Refusal {
    /// `header-not-allowed`
    #[error("the request header `{0}` is not in allowed_headers")]
    HeaderNotAllowed(Box<str>),
    /// `malformed-origin`
    #[error("the Origin header is doubled or malformed")]
    MalformedOrigin,
    /// `malformed-request-headers`
    #[error("the Access-Control-Request-Headers header is malformed")]
    MalformedRequestHeaders,
    /// `malformed-request-method`
    #[error("the Access-Control-Request-Method header is doubled or malformed")]
    MalformedRequestMethod,
    /// `method-not-allowed`
    #[error("the method `{0}` is not in allowed_methods")]
    MethodNotAllowed(Box<str>),
    /// `origin-not-allowed`
    #[error("the origin `{0}` is not in allowed_origins")]
    OriginNotAllowed(RequestOrigin),
    /// `too-many-request-headers`
    #[error("the Access-Control-Request-Headers header is longer than any page needs")]
    TooManyRequestHeaders,
}

impl Refusal {
    /// The stable kebab-case code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HeaderNotAllowed(_) => "header-not-allowed",
            Self::MalformedOrigin => "malformed-origin",
            Self::MalformedRequestHeaders => "malformed-request-headers",
            Self::MalformedRequestMethod => "malformed-request-method",
            Self::MethodNotAllowed(_) => "method-not-allowed",
            Self::OriginNotAllowed(_) => "origin-not-allowed",
            Self::TooManyRequestHeaders => "too-many-request-headers",
        }
    }
}

impl Policy {
    /// Judges a preflight. The requested method must be listed, GET, HEAD and POST included, and
    /// is compared with case. `protected_headers` are names that `allow_all_headers` does not
    /// cover for this application, beside the gateway's own credential headers.
    ///
    /// # Errors
    ///
    /// The first of origin, method and headers that is refused.
    pub fn answer(
        &self,
        preflight: &Preflight<'_>,
        protected_headers: &[HeaderName],
    ) -> Result<Answer, Refusal> {
        todo!("{preflight:?}{protected_headers:?}")
    }
}
