//! Patterns out of text.

use super::path::canonical;
use super::{DomainPattern, HostPattern, PathPattern};
use crate::{Host, HostError};

/// Why a text is no pattern of hosts and paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// `https://` or the like in front.
    #[error("it begins with a scheme, and a pattern has none")]
    Scheme,
    /// A user name in front of the host.
    #[error("it has a user name, and a pattern has none")]
    UserInfo,
    /// A port.
    #[error("it has a port: a host's name decides, its port does not")]
    Port,
    /// A query or a fragment.
    #[error("it has a query or a fragment, and neither takes part in matching")]
    Query,
    /// A host name outside ASCII.
    #[error("the host is not in the spelling of requests, which is ASCII (punycode)")]
    NotAscii,
    /// No host at all, or one that cannot be.
    #[error("{0}")]
    Host(#[from] HostError),
    /// More than one `*` between two dots.
    #[error("there is more than one `*` between two dots of the host")]
    HostWildcard,
    /// A `*` in the last label.
    #[error("the last part of the host has a `*`")]
    TopLevelWildcard,
    /// A path that does not begin with a slash.
    #[error("the path does not begin with a slash")]
    PathNotAbsolute,
    /// More than one `*` between two slashes, or one where none may be.
    #[error("the path has a `*` where none can be")]
    PathWildcard,
    /// A `%` without two hexadecimal digits.
    #[error("the path has a `%` without two hexadecimal digits")]
    Escape,
    /// `.` or `..` as a segment.
    #[error("the path has a dot segment, and no request that is forwarded has one")]
    DotSegment,
    /// Two slashes in a row.
    #[error("the path has two slashes in a row")]
    EmptySegment,
    /// A character that no path has.
    #[error("the path has a character that no path has unescaped")]
    PathCharacter,
}

impl PatternError {
    /// What to do about it.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        match self {
            Self::Scheme => "leave `scheme://` out",
            Self::UserInfo => "leave everything up to the `@` out",
            Self::Port => "leave the port out: ports are set under `listeners`",
            Self::Query => "leave out everything from the `?` or `#` on",
            Self::NotAscii => "write the host in punycode (`xn--…`)",
            Self::Host(_) => "write a host such as `app.acme.example`",
            Self::HostWildcard => "use at most one `*` between dots",
            Self::TopLevelWildcard => "write out the last part of the host",
            Self::PathNotAbsolute => "begin the path with a slash",
            Self::PathWildcard => "use at most one `*` between slashes, and none in a path prefix",
            Self::Escape => "write `%25` for a percent sign",
            Self::DotSegment => "write the path that the dots lead to",
            Self::EmptySegment => "write one slash",
            Self::PathCharacter => "escape the character: `%20` is a space",
        }
    }
}

impl DomainPattern {
    /// Reads host and path of a destination: `api.acme.example/v1`, `*.acme.example`.
    ///
    /// # Errors
    /// Whatever could never match, or is not what it seems.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.contains("://") {
            return Err(PatternError::Scheme);
        }
        if text.contains(['?', '#']) {
            return Err(PatternError::Query);
        }
        let (host, path) = text.find('/').map_or((text, ""), |at| text.split_at(at));
        Ok(Self { host: HostPattern::parse(host)?, path: PathPattern::parse(path)? })
    }
}

impl HostPattern {
    /// Reads a host, or labels with at most one `*` each. The last label has none.
    ///
    /// # Errors
    /// Whatever could never match, or is not what it seems.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.contains("://") {
            return Err(PatternError::Scheme);
        }
        if text.contains('@') {
            return Err(PatternError::UserInfo);
        }
        if !text.is_ascii() {
            return Err(PatternError::NotAscii);
        }
        let name = if text.starts_with('[') { text.rsplit(']').next() } else { Some(text) };
        if name.is_some_and(|name| name.contains(':')) {
            return Err(PatternError::Port);
        }
        if !text.contains('*') {
            return Ok(Self(Host::parse(text)?.as_str().into()));
        }
        if text.split('.').any(|label| label.matches('*').count() > 1) {
            return Err(PatternError::HostWildcard);
        }
        // A host that the pattern covers is a host exactly if what is literal in the pattern can stand in one.
        let covered = Host::parse(&text.replace('*', "x"))?;
        if covered.ip().is_some()
            || text
                .trim_end_matches('.')
                .rsplit('.')
                .next()
                .is_some_and(|label| label.contains('*'))
        {
            return Err(PatternError::TopLevelWildcard);
        }
        Ok(Self(text.trim_end_matches('.').to_ascii_lowercase().into()))
    }

    /// A host that the pattern covers: itself, or one with a letter for each `*`.
    pub(crate) fn example(&self) -> String {
        self.0.replace('*', "x")
    }
}

impl PathPattern {
    /// Reads a path pattern: empty, or from its leading slash on.
    ///
    /// # Errors
    /// Whatever could never match, or is not what it seems.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if matches!(text, "" | "/" | "*" | "/*") {
            return Ok(Self("".into()));
        }
        let path = canonical(text)?;
        if path.split('/').any(|segment| segment.matches('*').count() > 1) {
            return Err(PatternError::PathWildcard);
        }
        let path = if path.contains('*') { &path } else { path.trim_end_matches('/') };
        Ok(Self(path.into()))
    }
}
