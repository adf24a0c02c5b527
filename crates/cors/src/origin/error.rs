//! What can be wrong with the spelling of an origin.

use thiserror::Error;

/// Why a value is not an origin as browsers serialise it.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum OriginError {
    /// A port that is not a number from 1 to 65535 without leading zeros.
    #[error("the port is not a number from 1 to 65535 in its plain spelling")]
    BadPort,
    /// A scheme that is none by the grammar of RFC 3986, section 3.1.
    #[error("the scheme is malformed")]
    BadScheme,
    /// The port that the scheme has anyway.
    #[error("it names the port that is the scheme's default, which browsers leave out")]
    DefaultPort,
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// A host that no browser would write.
    #[error("the host is malformed")]
    InvalidHost,
    /// An IP address in other than its canonical spelling.
    #[error("the IP address is not in its canonical spelling")]
    IpSpelling,
    /// Several origins in one value.
    #[error("it has a comma or a space, but is one origin only")]
    List,
    /// No `scheme://`.
    #[error("it has no scheme")]
    MissingScheme,
    /// A host name with characters outside ASCII.
    #[error("the host is not in its ASCII form (punycode)")]
    NotAscii,
    /// A path, query or fragment.
    #[error("it has a path, and an origin has none")]
    Path,
    /// Longer than any host name allows.
    #[error("it is too long")]
    TooLong,
    /// A slash at the end.
    #[error("it ends in a slash, and an origin does not")]
    TrailingSlash,
    /// Upper-case letters.
    #[error("it has upper-case letters, and browsers send lower case")]
    UpperCase,
    /// A user name or password.
    #[error("it has a user name or password, and an origin has none")]
    UserInfo,
    /// A `*` where none has a meaning.
    #[error("it has a `*` in a place where it means nothing")]
    Wildcard,
}

impl OriginError {
    /// The stable kebab-case code of this mistake.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadPort => "origin-port",
            Self::BadScheme => "origin-scheme",
            Self::DefaultPort => "origin-default-port",
            Self::Empty => "origin-empty",
            Self::InvalidHost => "origin-host",
            Self::IpSpelling => "origin-ip-spelling",
            Self::List => "origin-list",
            Self::MissingScheme => "origin-missing-scheme",
            Self::NotAscii => "origin-not-punycode",
            Self::Path => "origin-path",
            Self::TooLong => "origin-too-long",
            Self::TrailingSlash => "origin-trailing-slash",
            Self::UpperCase => "origin-upper-case",
            Self::UserInfo => "origin-userinfo",
            Self::Wildcard => "origin-pattern",
        }
    }
}
