//! What an application covers: a host pattern and a path pattern.

use std::fmt;

/// Host and path of a destination as written: `api.acme.example/v1`, `*.acme.example`, `acme.example/a/*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DomainPattern {
    /// The host part.
    pub host: HostPattern,
    /// The path part.
    pub path: PathPattern,
}

/// Labels with at most one `*` each; a `*` stands for any run of characters within one label.
///
/// `*.example.com` covers `a.example.com`, not `example.com` or `a.b.example.com`; `*test.example.com` covers
/// `test.example.com` and `alphatest.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPattern(pub(crate) Box<str>);

/// A path by segments. Empty covers everything; without `*` it covers itself and everything below it, by whole
/// segments; a `*` stands for any run of characters, slashes included, and `/alpha/*` does not cover `/alpha`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathPattern(pub(crate) Box<str>);

impl HostPattern {
    /// The pattern as written, lower-case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names exactly one host.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }
}

impl PathPattern {
    /// The pattern: empty, or from its leading slash on.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it covers every path of its host.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self.as_str(), "" | "/" | "/*")
    }
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.host.as_str(), self.path.as_str())
    }
}
