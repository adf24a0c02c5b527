//! The config's JSON Schema.

use serde_json::Value;

use crate::raw;

/// A JSON Schema (draft 2020-12) of the config file, for editors. Descriptions are for people.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(raw::Config);
    schema.insert("title".to_owned(), Value::from("Crossgate configuration"));
    schema.to_value()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_changes_only_knowingly() {
        insta::assert_json_snapshot!(super::schema());
    }
}
