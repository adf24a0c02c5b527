//! CORS settings as the management API spells them.

use crate::{Origin, Problem};

/// An application's `cors_headers`, as written. Compile it with [`crate::Policy::compile`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// Origins in the spelling of browsers (`https://app.example`), or `null`.
    pub allowed_origins: Vec<String>,
    /// Every origin, `null` included.
    pub allow_all_origins: bool,
    /// Methods that a preflight may ask for, in upper case. A preflight for GET, HEAD or POST is
    /// refused as well unless they are listed.
    pub allowed_methods: Vec<String>,
    /// Every method but CONNECT, TRACE and TRACK.
    pub allow_all_methods: bool,
    /// Request headers that a preflight may ask for, in any case.
    pub allowed_headers: Vec<String>,
    /// Every request header but those that carry the gateway's own credentials.
    pub allow_all_headers: bool,
    /// Whether cookies may come along, and the signed-in answer be read.
    pub allow_credentials: bool,
    /// Seconds for which a browser may remember a preflight's answer, -1 to 86400. Left out, the
    /// browser decides (5 by the Fetch standard). Both 0 and -1 send `0`: no remembering.
    pub max_age: Option<i64>,
}

/// The dangers that an administrator has named and taken on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Dangers {
    /// `dangerously_allow_null_origin_with_credentials`
    pub null_origin_with_credentials: bool,
    /// `dangerously_allow_all_origins_with_credentials`
    pub all_origins_with_credentials: bool,
    /// `dangerously_allow_insecure_origins`
    pub insecure_origins: bool,
}

/// Reads one entry of a list of origins, of this crate's settings or of another key that lists
/// origins.
///
/// # Errors
///
/// The problem says what is wrong with the entry, in the words of `field` and `index`, and how to
/// spell it. `null` is refused.
pub fn listed_origin(field: &'static str, index: usize, value: &str) -> Result<Origin, Problem> {
    todo!("{field}{index}{value}")
}
