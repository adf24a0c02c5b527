//! The compiled policy.

use std::collections::HashSet;

use http::HeaderValue;

use crate::{Dangers, Origin, Problem, RequestOrigin, Settings};

/// CORS settings, checked and compiled. Immutable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    origins: HashSet<Origin>,
    all_origins: bool,
    null_origin: bool,
    credentials: bool,
    max_age: Option<HeaderValue>,
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
        !matches!(self, Self::Refused)
    }
}

impl Policy {
    /// Compiles settings, and reports everything that is wrong with them. There is a policy unless
    /// one of the problems is an error.
    pub fn compile(settings: &Settings, dangers: &Dangers) -> (Option<Self>, Vec<Problem>) {
        todo!("{settings:?}{dangers:?}")
    }

    /// Whether a page of this origin may make CORS requests.
    pub fn allows_origin(&self, origin: &RequestOrigin) -> Allowance {
        todo!("{origin}")
    }

    /// Whether a page of this origin may act with the visitor's cookies: it is allowed, and
    /// credentials are. All origins and `null` get here only under their named danger.
    pub fn trusts(&self, origin: &RequestOrigin) -> bool {
        todo!("{origin}")
    }

    /// As [`Self::trusts`], but only for origins that are named: a WebSocket has no preflight and
    /// no readable refusal, so all origins and `null` never count.
    pub fn trusts_for_websocket(&self, origin: &RequestOrigin) -> bool {
        todo!("{origin}")
    }

    /// The origins that are named, in no order. `null` is not among them.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.origins.iter()
    }

    /// Whether every origin is allowed.
    pub const fn allows_all_origins(&self) -> bool {
        self.all_origins
    }

    /// Whether `null` is named.
    pub const fn lists_null(&self) -> bool {
        self.null_origin
    }

    /// Whether cookies may come along.
    pub const fn allows_credentials(&self) -> bool {
        self.credentials
    }

    /// The value of `Access-Control-Max-Age`, if one is sent.
    pub const fn max_age(&self) -> Option<&HeaderValue> {
        self.max_age.as_ref()
    }
}
