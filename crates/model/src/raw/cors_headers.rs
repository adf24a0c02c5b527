//! `cors_headers` of an application

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// Which pages of other origins may call the application. The gateway then answers preflights itself.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorsHeaders {
    /// Origins as browsers write them: `https://app.acme.example`.
    #[serde(default)]
    pub(crate) allowed_origins: Field<Vec<Field<String>>>,
    /// Every origin.
    #[serde(default)]
    pub(crate) allow_all_origins: Field<bool>,
    /// Methods, in upper case.
    #[serde(default)]
    pub(crate) allowed_methods: Field<Vec<Field<String>>>,
    /// Every method.
    #[serde(default)]
    pub(crate) allow_all_methods: Field<bool>,
    /// Request headers beyond those that every page may send.
    #[serde(default)]
    pub(crate) allowed_headers: Field<Vec<Field<String>>>,
    /// Every request header.
    #[serde(default)]
    pub(crate) allow_all_headers: Field<bool>,
    /// Cookies, and so the session, may come along.
    #[serde(default)]
    pub(crate) allow_credentials: Field<bool>,
    /// Seconds for which browsers may remember the answer to a preflight, -1 to 86400.
    #[serde(default)]
    #[schemars(range(min = -1, max = 86400))]
    pub(crate) max_age: Field<i64>,
}
