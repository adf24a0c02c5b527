//! What browsers see of a listener: never what a request says of it.

use std::borrow::Cow;

use crossgate_cors::Origin;

use crate::Host;

/// The scheme of a public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicScheme {
    /// Plain HTTP: loopback names only.
    Http,
    /// HTTPS, here or at the TLS proxy in front.
    Https,
}

impl PublicScheme {
    /// `http` or `https`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that URLs of this scheme leave out.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Scheme and port that browsers use to reach a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicAddress {
    /// The scheme.
    pub scheme: PublicScheme,
    /// The port, default or not.
    pub port: u16,
}

impl PublicAddress {
    /// HTTPS at its own port.
    pub const STANDARD: Self = Self { scheme: PublicScheme::Https, port: 443 };

    /// The origin of `host` at this address, as browsers write it: the base of every public URL.
    #[must_use]
    pub fn origin(&self, host: &Host) -> String {
        [self.scheme.as_str(), "://", &self.authority(host)].concat()
    }

    /// The authority of public URLs of `host`: with the port, unless it is the scheme's.
    #[must_use]
    pub fn authority<'h>(&self, host: &'h Host) -> Cow<'h, str> {
        if self.port == self.scheme.default_port() {
            Cow::Borrowed(host.as_str())
        } else {
            let mut port = itoa::Buffer::new();
            Cow::Owned([host.as_str(), ":", port.format(self.port)].concat())
        }
    }

    /// Whether `origin` is the origin of `host` at this address.
    #[must_use]
    pub fn is_origin_of(&self, host: &Host, origin: &Origin) -> bool {
        origin.scheme() == self.scheme.as_str()
            && origin.host() == host.as_str()
            && origin.port() == self.port
    }
}
