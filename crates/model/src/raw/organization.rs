//! `organization`

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// The organization, and where people sign in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organization {
    /// Shown on the login pages.
    pub(crate) name: Field<String>,
    /// The team domain: the host where people sign in, `login.acme.example`.
    pub(crate) auth_domain: Field<String>,
    /// How long a sign-in lasts, `15m` to `730h`; `24h` when left out.
    #[serde(default)]
    pub(crate) session_duration: Field<String>,
}
