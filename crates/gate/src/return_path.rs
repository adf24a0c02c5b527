//! The one place where a redirect target is judged.

use std::fmt;

use crossgate_cors::Origin;

/// A path with query on the host that it is used on: it can never lead to another host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

/// Why a text is no path to return to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReturnPathError {
    /// It could lead to another host.
    #[error("the target leads to another host")]
    ForeignHost,
    /// It has characters that belong into no URL.
    #[error("the target has characters that belong into no URL")]
    InvalidCharacter,
    /// It is longer than [`ReturnPath::MAX_LENGTH`].
    #[error("the target is too long")]
    TooLong,
}

impl ReturnPath {
    /// Longest path and query, in bytes, that is carried through a sign-in.
    pub const MAX_LENGTH: usize = 4096;

    /// The start page.
    #[must_use]
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Reads a path with query. Accepts what begins with exactly one slash and stays on its host for every
    /// browser: the WHATWG parser strips tabs and newlines and takes `\` for `/`.
    ///
    /// # Errors
    /// Anything that a browser could resolve to another host, controls and spaces, and overlong targets.
    pub fn parse(text: &str) -> Result<Self, ReturnPathError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(ReturnPathError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ReturnPathError::InvalidCharacter);
        }
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let second = path.get(1..).unwrap_or_default();
        if !path.starts_with('/') || second.starts_with(['/', '\\']) {
            return Err(ReturnPathError::ForeignHost);
        }
        let stays = url::Url::parse("https://host.invalid/")
            .and_then(|base| base.join(text))
            .is_ok_and(|url| url.host_str() == Some("host.invalid") && url.scheme() == "https");
        if stays { Ok(Self(text.to_owned())) } else { Err(ReturnPathError::ForeignHost) }
    }

    /// The gateway's own path that leads on from a host to the start page of `origin`, as long as the application that
    /// covers `path` there names it.
    #[must_use]
    pub fn to_page(path: &Self, origin: &Origin) -> Self {
        Self::to_endpoint("return", &[("path", path.as_str()), ("origin", origin.as_str())])
    }

    /// One of the gateway's own paths with a query.
    #[must_use]
    pub fn to_endpoint(name: &str, query: &[(&str, &str)]) -> Self {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        Self::parse(&format!("/cdn-cgi/access/{name}?{query}")).unwrap_or_else(|_| Self::root())
    }

    /// The path alone, without query or fragment: what decides which application it leads to.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.split(['?', '#']).next().unwrap_or("/")
    }

    /// The path with query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
