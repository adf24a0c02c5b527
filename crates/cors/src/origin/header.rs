//! The `Origin` header of a request.

use std::fmt;

use http::HeaderMap;
use http::header::{HeaderValue, ORIGIN};

use super::{Origin, OriginError, parse};

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
                Self::from_value(line).map_or(OriginHeader::Invalid, OriginHeader::One)
            }
            (Some(_), Some(_)) => OriginHeader::Invalid,
        }
    }

    /// Reads the value of an `Origin` header as [`Origin::parse`] does. Allocates nothing.
    ///
    /// # Errors
    ///
    /// As [`Origin::parse`].
    pub fn from_value(value: &HeaderValue) -> Result<Self, OriginError> {
        if value == "null" {
            return Ok(Self::Null);
        }
        let parts = parse::tuple(value.as_bytes())?;
        Ok(Self::Tuple(parts.origin(value.clone())))
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
    pub fn header_value(&self) -> HeaderValue {
        self.serialisation.clone()
    }
}

impl fmt::Display for RequestOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
