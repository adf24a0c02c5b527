//! Why a preflight is refused.

use arrayvec::ArrayString;
use thiserror::Error;

use crate::RequestOrigin;

/// How much of a stranger's method or header name is kept for the log.
const KEPT_BYTES: usize = 64;

/// The beginning of a name, kept without allocating.
pub type Kept = ArrayString<KEPT_BYTES>;

/// Why a preflight is refused. What it holds is for the log: visible ASCII, of bounded length.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[must_use]
pub enum Refusal {
    /// `header-not-allowed`
    #[error("the request header `{0}` is not allowed by the settings")]
    HeaderNotAllowed(Kept),
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
    #[error("the method `{0}` is not allowed by the settings (case matters)")]
    MethodNotAllowed(Kept),
    /// `origin-not-allowed`
    #[error("the origin `{0}` is not allowed by the settings")]
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

    pub(super) fn header_not_allowed(name: &[u8]) -> Self {
        Self::HeaderNotAllowed(kept(std::str::from_utf8(name).unwrap_or_default()))
    }

    pub(super) fn method_not_allowed(method: &str) -> Self {
        Self::MethodNotAllowed(kept(method))
    }
}

fn kept(name: &str) -> Kept {
    let beginning = name.get(..name.floor_char_boundary(KEPT_BYTES)).unwrap_or_default();
    Kept::from(beginning).unwrap_or_default()
}
