//! What goes over the wire, and what the browser made of it.

use http::{HeaderMap, Method};
use url::Url;

use super::{Reason, Rule};
use crate::RequestOrigin;

/// A request as the browser sends it.
#[derive(Clone, Debug)]
pub struct SentRequest {
    /// A preflight, or the request itself.
    pub kind: SentKind,
    /// The method, as it stands in the request line.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// The value of its `Origin` header, which is among the headers, too.
    pub origin: Option<RequestOrigin>,
    /// All headers that depend on page, target and cookies. Left out is what each request has:
    /// `Host`, `User-Agent`, `Accept-Encoding`, `Content-Length` and their like.
    pub headers: HeaderMap,
    /// Whether the page's body goes along.
    pub has_body: bool,
}

/// What a sent request is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SentKind {
    /// A CORS-preflight request.
    Preflight,
    /// The request itself.
    Request,
}

impl SentKind {
    /// `preflight` or `request`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Request => "request",
        }
    }
}

/// What came of a sent request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Nothing: the name does not resolve, the connection broke, the certificate is bad.
    NetworkError,
    /// A response.
    Response(Received),
}

/// The head of a response.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its status.
    pub status: u16,
    /// Its headers, each line of its own.
    pub headers: HeaderMap,
}

/// One request and what became of it.
#[derive(Clone, Debug)]
pub struct Hop {
    /// What was sent.
    pub request: SentRequest,
    /// What came back; nothing while it is awaited, and after a network error.
    pub response: Option<Received>,
    /// What the browser then checked; nothing while the response is awaited.
    pub check: Option<Check>,
}

/// The check that decided a hop: the one that failed, or else the last one made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// Whether the request went on.
    pub passed: bool,
    /// The part of the standard that was applied.
    pub rule: Rule,
    /// Why it failed.
    pub reason: Option<Reason>,
}

impl Check {
    pub(super) const fn passed(rule: Rule) -> Self {
        Self { passed: true, rule, reason: None }
    }

    pub(super) const fn failed(rule: Rule, reason: Reason) -> Self {
        Self { passed: false, rule, reason: Some(reason) }
    }
}
