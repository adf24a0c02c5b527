//! `service_tokens`

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// A credential for a machine. Its secret is made by `crossgate service-token create`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceToken {
    /// The name, unique among service tokens.
    pub(crate) name: Field<String>,
    /// How long a new one is valid; `8760h` when left out.
    #[serde(default)]
    pub(crate) duration: Field<String>,
    /// Whether it counts.
    #[serde(default)]
    pub(crate) enabled: Field<bool>,
}
