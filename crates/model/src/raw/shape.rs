//! Values that can be written in two shapes. The reader chooses by what stands there.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// The name under which the reader knows the enums of this file.
pub(crate) const SHAPE: &str = "shape of a value";

/// Text, or a mapping that says more.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "shape of a value")]
#[schemars(untagged, inline)]
pub(crate) enum TextOrMapping<T> {
    #[serde(rename = "scalar")]
    Text(String),
    #[serde(rename = "mapping")]
    Mapping(Box<T>),
}

/// Text, or a list of texts.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "shape of a value")]
#[schemars(untagged, inline)]
pub(crate) enum TextOrList {
    #[serde(rename = "scalar")]
    Text(String),
    #[serde(rename = "sequence")]
    List(Vec<Field<String>>),
}
