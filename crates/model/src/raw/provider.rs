//! `identity_providers`

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;
use super::selector::Nothing;

/// A way to sign in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityProvider {
    /// A UUID; made and remembered when left out.
    #[serde(default)]
    pub(crate) id: Field<String>,
    /// The name, unique among identity providers.
    pub(crate) name: Field<String>,
    /// What it is.
    #[serde(rename = "type")]
    pub(crate) kind: Field<ProviderType>,
    /// Its settings: a one-time PIN has none.
    #[serde(default)]
    #[expect(dead_code, reason = "read so that what stands in it is reported")]
    pub(crate) config: Field<Nothing>,
}

/// The kinds of identity providers.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
pub(crate) enum ProviderType {
    /// A code by mail.
    #[serde(rename = "onetimepin")]
    OneTimePin,
}
