//! The `Origin` header of a request.

use std::fmt;

use http::HeaderMap;
use http::header::{HeaderValue, ORIGIN};

use super::Origin;

/// The value of a well-formed `Origin` header.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum RequestOrigin {
    /// `null`: an opaque origin, say a sandboxed frame or a request redirected across origins.
    Null,
    /// A tuple origin.
    Tuple(Origin),
}

/// What a request says in its `Origin` header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OriginHeader {
    /// No such header.
    Absent,
    /// Two of them, or one that no browser would send. Never allowed, never one's own.
    Invalid,
    /// One, well formed.
    One(RequestOrigin),
}

impl RequestOrigin {
    /// Reads the `Origin` header of a request. Two lines are [`OriginHeader::Invalid`], equal
    /// ones also.
    pub fn from_headers(headers: &HeaderMap) -> OriginHeader {
        let mut lines = headers.get_all(ORIGIN).iter();
        match (lines.next(), lines.next()) {
            (None, _) => OriginHeader::Absent,
            (Some(line), None) => {
                Origin::parse(line.as_bytes()).map_or(OriginHeader::Invalid, OriginHeader::One)
            }
            (Some(_), Some(_)) => OriginHeader::Invalid,
        }
    }

    /// The value as it stands in the header.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Tuple(origin) => origin.as_str(),
        }
    }

    /// The tuple origin, or nothing for `null`.
    pub const fn tuple(&self) -> Option<&Origin> {
        match self {
            Self::Null => None,
            Self::Tuple(origin) => Some(origin),
        }
    }

    /// Whether this is exactly that tuple origin.
    pub fn is(&self, other: &Origin) -> bool {
        self.tuple() == Some(other)
    }

    /// The value for an `Access-Control-Allow-Origin` header that allows exactly this origin.
    pub fn header_value(&self) -> HeaderValue {
        match self {
            Self::Null => HeaderValue::from_static("null"),
            Self::Tuple(origin) => origin.header_value(),
        }
    }
}

impl OriginHeader {
    /// The origin, when there is exactly one and it is well formed.
    pub const fn one(&self) -> Option<&RequestOrigin> {
        match self {
            Self::One(origin) => Some(origin),
            Self::Absent | Self::Invalid => None,
        }
    }
}

impl Origin {
    /// This origin as a header value.
    #[expect(clippy::expect_used, reason = "the parser lets only visible ASCII in")]
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(self.as_str()).expect("an origin is visible ASCII")
    }
}

impl fmt::Display for RequestOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
