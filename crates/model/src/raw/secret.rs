//! Where a secret is, if not in the config itself.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// A secret that stands elsewhere: in a variable of the environment, or in a file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretSource {
    /// The variable that holds it.
    #[serde(default)]
    pub(crate) env: Field<String>,
    /// The file that holds it, relative to the config. A line break at its end does not count.
    #[serde(default)]
    pub(crate) file: Field<String>,
}
