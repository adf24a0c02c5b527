//! The compiled policy.
//!
//! # How it decides, and why so little
//!
//! CORS is a check that the *browser* makes with what the server says. The server's whole part is
//! to say, truthfully and to the right page, "this origin may". So everything here comes down to
//! one question, "is this origin allowed?", and the question is answered by looking the
//! serialised origin up in a set: one hash and one comparison, however many origins are listed.
//!
//! There are two wildcards, and neither is text. `https://*.example.com` names the hosts below a
//! domain, by whole labels; `https://example.com:*` names all ports of a host. Where one is listed,
//! the host and each domain above it are looked up as well: as many look-ups as the host has
//! labels, however many patterns there are. Prefixes, suffixes and regular expressions are where
//! CORS set-ups have been broken for as long as there is CORS (`https://example.com.evil.test`,
//! `https://evilexample.com`, `https://exampleXcom`), and normalising a request's origin first is
//! how two parsers come to disagree. Browsers send one spelling, the settings hold that spelling,
//! bytes are compared. Whatever is spelled otherwise did not come from a browser's page and is
//! refused.
//!
//! # Allowed and trusted
//!
//! *Allowed* origins get CORS headers and preflights. *Trusted* ones may also act with the
//! visitor's cookies: send writes, and open WebSockets. An origin is trusted when it is allowed
//! and credentials are; that all origins, or `null`, come into this only by a named danger is
//! made sure at compile time, where it can be explained. WebSockets are stricter still: they are
//! readable from anywhere without a further check, so only origins that are listed by name count.
//!
//! # What is never said
//!
//! `*` is never sent, nor are the lists: the answer names the one origin, the one method and the
//! headers that were asked for. So an answer cannot be misread by a browser for another page, and
//! tells a stranger nothing of the configuration.

mod methods;
mod origins;
mod request_headers;
#[cfg(test)]
mod tests;

use http::HeaderValue;

pub(crate) use methods::Methods;
use origins::Null;
pub(crate) use origins::Origins;
pub(crate) use request_headers::RequestHeaders;

use crate::settings;
use crate::{Dangers, OriginPattern, Problem, RequestOrigin, Settings, Severity};

/// CORS settings, checked and compiled. Immutable.
///
/// If credentials are allowed, then all origins, `null` and plain-http origins are allowed only
/// where the danger of that name was taken on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    origins: Origins,
    methods: Methods,
    request_headers: RequestHeaders,
    credentials: bool,
    max_age: Option<HeaderValue>,
    exposed_headers: Option<HeaderValue>,
    owns_responses: bool,
}

/// Whether, and by what, an origin is allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Allowance {
    /// All origins are.
    All,
    /// It is named in `allowed_origins`.
    Listed,
    /// It is `null`, which is named in `allowed_origins`.
    NullListed,
    /// It is not.
    Refused,
}

impl Allowance {
    /// Whether the origin is allowed at all.
    pub const fn is_allowed(self) -> bool {
        match self {
            Self::All | Self::Listed | Self::NullListed => true,
            Self::Refused => false,
        }
    }
}

impl Policy {
    /// Compiles settings, and reports everything that is wrong with them. There is a policy unless
    /// one of the problems is an error.
    pub fn compile(settings: &Settings, dangers: &Dangers) -> (Option<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        settings.contradictions(&mut problems);
        let policy = Self {
            origins: settings::origins(settings, dangers, &mut problems),
            methods: settings::methods(settings, &mut problems),
            request_headers: settings::request_headers(settings, &mut problems),
            credentials: settings.allow_credentials,
            max_age: settings::max_age(settings, &mut problems),
            exposed_headers: settings::exposed_headers(settings, &mut problems),
            owns_responses: settings.owns_responses,
        };
        let usable = problems.iter().all(|problem| problem.severity != Severity::Error);
        (usable.then_some(policy), problems)
    }

    /// Whether a page of this origin may make CORS requests. All origins include `null`.
    pub fn allows_origin(&self, origin: &RequestOrigin) -> Allowance {
        self.origins.allowance(origin)
    }

    /// Whether a page of this origin may act with the visitor's cookies: it is allowed, and
    /// credentials are. All origins and `null` get here only under their named danger.
    pub fn trusts(&self, origin: &RequestOrigin) -> bool {
        self.credentials && self.allows_origin(origin).is_allowed()
    }

    /// As [`Self::trusts`], but only for origins that are listed: all origins and `null` never
    /// count for WebSockets.
    pub fn trusts_for_websocket(&self, origin: &RequestOrigin) -> bool {
        self.credentials && self.allows_origin(origin) == Allowance::Listed
    }

    /// The entries that are listed, in their order. `null` is not among them.
    pub fn origins(&self) -> impl Iterator<Item = &OriginPattern> {
        self.origins.listed()
    }

    /// Whether every origin is allowed.
    pub const fn allows_all_origins(&self) -> bool {
        self.origins.all()
    }

    /// Whether `null` is listed, bound or not.
    pub fn lists_null(&self) -> bool {
        self.origins.null() != Null::Refused
    }

    /// Whether `null` is listed and bound: refused, but for requests that the gateway has redirected itself.
    pub fn binds_null(&self) -> bool {
        self.origins.null() == Null::Bound
    }

    /// Whether the gateway owns the CORS headers of actual responses.
    pub const fn owns_responses(&self) -> bool {
        self.owns_responses
    }

    /// Whether cookies may come along.
    pub const fn allows_credentials(&self) -> bool {
        self.credentials
    }

    /// The value of `Access-Control-Max-Age`, if one is sent.
    pub const fn max_age(&self) -> Option<&HeaderValue> {
        self.max_age.as_ref()
    }

    /// The value of `Access-Control-Expose-Headers`, if one is sent.
    pub const fn exposed_headers(&self) -> Option<&HeaderValue> {
        self.exposed_headers.as_ref()
    }

    pub(crate) const fn methods(&self) -> &Methods {
        &self.methods
    }

    pub(crate) const fn request_headers(&self) -> &RequestHeaders {
        &self.request_headers
    }
}
