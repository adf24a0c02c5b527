//! CORS settings as the management API spells them, and the rules for each key.

mod exposed_headers;
mod headers;
mod max_age;
mod methods;
mod origins;
mod spelling;
#[cfg(test)]
mod tests;

pub(crate) use exposed_headers::exposed_headers;
pub(crate) use headers::request_headers;
pub(crate) use max_age::max_age;
pub(crate) use methods::methods;
pub use origins::listed_origin;
pub(crate) use origins::origins;

use crate::Problem;

/// An application's `cors_headers`, as written. Compile it with [`crate::Policy::compile`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// Origins in the spelling of browsers (`https://app.example`), all hosts below a domain (`https://*.app.example`), all
    /// ports of a host (`http://localhost:*`), or `null`.
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
    /// Seconds for which a browser may remember a preflight's answer, -1 to 86400. Left out, no
    /// header is sent and the browser decides (5 by the Fetch standard). Both 0 and -1 send `0`:
    /// no remembering.
    pub max_age: Option<i64>,
    /// Response headers that pages may read beyond the few that they always may. Only where the gateway owns the CORS headers of
    /// responses.
    pub exposed_headers: Vec<String>,
    /// Whether the gateway owns the CORS headers of actual responses. Then `null` may be listed with credentials without a danger:
    /// it is *bound*, which means that it is allowed to those requests alone that the gateway itself has redirected.
    pub owns_responses: bool,
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

impl Settings {
    /// Problems of keys that contradict or lack each other.
    pub(crate) fn contradictions(&self, problems: &mut Vec<Problem>) {
        let lists = [
            ("allowed_origins", "allow_all_origins", &self.allowed_origins, self.allow_all_origins),
            ("allowed_methods", "allow_all_methods", &self.allowed_methods, self.allow_all_methods),
            ("allowed_headers", "allow_all_headers", &self.allowed_headers, self.allow_all_headers),
        ];
        problems.extend(lists.into_iter().filter(|(.., list, all)| *all && !list.is_empty()).map(
            |(field, flag, ..)| {
                Problem::error(
                    "allow-all-and-list",
                    field,
                    format!(
                        "`{flag}` is set beside a list in `{field}`: one of them means nothing"
                    ),
                    format!("remove `{field}`, or, to allow less, `{flag}`"),
                )
            },
        ));
        problems.extend(self.incompleteness());
    }

    fn incompleteness(&self) -> Option<Problem> {
        let origins = self.allow_all_origins || !self.allowed_origins.is_empty();
        let methods = self.allow_all_methods || !self.allowed_methods.is_empty();
        match (origins, methods) {
            (true, true) => None,
            (true, false) => Some(Problem::error(
                "invalid-cors-methods",
                "allowed_methods",
                "origins are allowed but no method is, so that every preflight would be refused",
                "add the methods that pages use, such as `allowed_methods: [GET, POST]`",
            )),
            (false, true) => Some(Problem::error(
                "cors-methods-without-origins",
                "allowed_origins",
                "methods are allowed but no origin is, so that every preflight would be refused",
                "add the pages' origins, such as `allowed_origins: [\"https://app.example\"]`",
            )),
            (false, false) => Some(Problem::warning(
                "cors-allows-nothing",
                "allowed_origins",
                "no origin and no method is allowed: this is as if there were no CORS settings",
                "add `allowed_origins` and `allowed_methods`, or remove `cors_headers`",
            )),
        }
    }
}
