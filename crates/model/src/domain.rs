//! What an application covers: a host pattern and a path pattern.

mod glob;
mod parse;
mod path;
#[cfg(test)]
mod tests;

use std::fmt;

pub use parse::PatternError;
pub(crate) use path::canonical_prefix;
pub use path::comparable_path;

use crate::Host;

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

    /// The one host that it names, if it does.
    #[must_use]
    pub fn host(&self) -> Option<Host> {
        Host::parse(&self.0).ok()
    }

    /// Whether it covers `host`, in the spelling of [`Host::as_str`]. A `*` never covers a dot.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        let literal = |rest: &&str| !rest.as_bytes().contains(&b'*');
        if let Some(rest) = self.0.strip_prefix('*').filter(literal) {
            // Nearly all patterns: a star and what follows it.
            let covered = host.as_bytes().strip_suffix(rest.as_bytes());
            let is_first_label = |covered: &[u8]| !covered.contains(&b'.');
            return covered.is_some_and(|covered| {
                is_first_label(covered) && (!covered.is_empty() || !rest.starts_with('.'))
            });
        }
        if self.is_exact() {
            return self.as_str() == host;
        }
        same_number(&self.0, host)
            && self
                .0
                .split('.')
                .zip(host.split('.'))
                .all(|(pattern, label)| glob::label(pattern, label))
    }

    /// Whether there is a host that both cover.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        same_number(&self.0, &other.0)
            && self
                .0
                .split('.')
                .zip(other.0.split('.'))
                .all(|(one, other)| glob::overlap(one, other))
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

    /// Whether it covers `path`, which begins with a slash. Case counts. The time is linear.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        if self.is_everything() {
            return true;
        }
        if self.0.contains('*') {
            return glob::path(&self.0, path);
        }
        path.strip_prefix(&*self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn same_number(one: &str, other: &str) -> bool {
    one.matches('.').count() == other.matches('.').count()
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.host.as_str(), self.path.as_str())
    }
}
