//! Origins: what a browser says it acts for, and what an administrator lists.

mod error;
mod header;
mod host;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::Ipv4Addr;
use std::ops::Range;

use http::HeaderValue;

pub use error::OriginError;
pub use header::{OriginHeader, RequestOrigin};
pub use pattern::OriginPattern;

/// A tuple origin (HTML standard, "origin"), in the one spelling a browser would send.
///
/// Two origins are equal when their serialisations are, byte for byte.
#[derive(Clone, Debug)]
pub struct Origin {
    /// A header value: cloning one allocates nothing, nor does answering with it.
    serialisation: HeaderValue,
    host: Range<usize>,
    scheme_end: usize,
    port: u16,
}

impl Origin {
    /// Reads the value of an `Origin` header (Fetch, "`Origin` header"): `null`, or scheme, host
    /// and port as browsers serialise them. Any syntactically valid scheme will do.
    ///
    /// # Errors
    ///
    /// Says what is wrong with anything else: other spellings of a valid origin are refused, too.
    pub fn parse(value: &[u8]) -> Result<RequestOrigin, OriginError> {
        if value == b"null" {
            return Ok(RequestOrigin::Null);
        }
        let origin = parse::tuple(value)?
            .origin(HeaderValue::from_bytes(value).map_err(|_| OriginError::NotAscii)?);
        Ok(RequestOrigin::Tuple(origin))
    }

    /// The origin of a public address of the gateway's own. The port is left out of the
    /// serialisation where it is the scheme's default.
    ///
    /// # Errors
    ///
    /// When scheme or host are not spelled as browsers do (lower case, punycode, IPv6 in brackets).
    pub fn new(scheme: &str, host: &str, port: u16) -> Result<Self, OriginError> {
        let value = if parse::default_port(scheme) == Some(port) {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        let parts = parse::tuple(value.as_bytes())?;
        Ok(parts.origin(HeaderValue::try_from(value).map_err(|_| OriginError::NotAscii)?))
    }

    /// The scheme, without the colon.
    pub fn scheme(&self) -> &str {
        self.as_str().get(..self.scheme_end).unwrap_or_default()
    }

    /// The host; an IPv6 address keeps its brackets.
    pub fn host(&self) -> &str {
        self.as_str().get(self.host.clone()).unwrap_or_default()
    }

    /// The port, the scheme's default where none is written; 0 for a scheme that has no default.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The serialisation, as it stands in an `Origin` header.
    pub fn as_str(&self) -> &str {
        self.serialisation.to_str().unwrap_or_default()
    }

    /// Where the host ends in the serialisation.
    pub(crate) const fn host_end(&self) -> usize {
        self.host.end
    }

    /// Whether the host is an IP address.
    pub fn host_is_address(&self) -> bool {
        self.host().starts_with('[') || self.host().parse::<Ipv4Addr>().is_ok()
    }

    /// Whether the host is a name or address of the machine itself: `localhost`, `*.localhost`,
    /// 127.0.0.0/8, `[::1]` (Secure Contexts, section 3.1).
    pub fn is_loopback_name(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host.ends_with(".localhost")
            || host == "[::1]"
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether nobody on the network can speak for this origin: `https`, or a loopback name.
    pub fn is_secure(&self) -> bool {
        self.scheme() == "https" || self.is_loopback_name()
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.serialisation == other.serialisation
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.serialisation.as_bytes().hash(state);
    }
}

impl PartialOrd for Origin {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Origin {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Borrow<[u8]> for Origin {
    fn borrow(&self) -> &[u8] {
        self.serialisation.as_bytes()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
