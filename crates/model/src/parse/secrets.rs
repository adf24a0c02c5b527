//! Secrets: in the config, in the environment, or in a file.

use super::Context;
use crate::Secret;
use crate::place::Place;
use crate::raw::{Field, SecretSource, TextOrMapping};
use crate::report::Finding;

impl Context<'_, '_> {
    /// The secret, without a line break at its end. Problems never show it.
    pub(super) fn secret(
        &self,
        field: &Field<TextOrMapping<SecretSource>>,
        place: &Place,
    ) -> Option<Secret<String>> {
        let mut text = match field.get()? {
            TextOrMapping::Text(text) => text.clone(),
            TextOrMapping::Mapping(source) => self.sought(source, place)?,
        };
        if text.ends_with('\n') {
            text.pop();
        }
        if text.ends_with('\r') {
            text.pop();
        }
        if text.is_empty() {
            let message = "the secret is empty";
            let fix = "write it, or remove the key";
            self.report.add(place, Finding::error("secret-empty", message, fix));
            return None;
        }
        Some(Secret::new(text))
    }

    fn sought(&self, source: &SecretSource, place: &Place) -> Option<String> {
        match (source.env.text(), source.file.text()) {
            (Some(name), None) => {
                let value = (self.surroundings.environment)(name);
                if value.is_none() {
                    let message =
                        format!("the environment has no variable `{name}`, or not as text");
                    let fix = "set it where the gateway is started";
                    let finding = Finding::error("secret-not-found", message, fix);
                    self.report.add(&place.key("env"), finding);
                }
                value
            }
            (None, Some(file)) => {
                let path = self.resolve(file);
                let read = (self.surroundings.read_file)(&path);
                read.map_err(|error| {
                    let message = format!("{} cannot be read: {error}", path.display());
                    let fix =
                        "correct the path, which is relative to the config, or the file's mode";
                    let finding = Finding::error("secret-not-found", message, fix);
                    self.report.add(&place.key("file"), finding);
                })
                .ok()
            }
            (None, None) if !(source.env.is_absent() && source.file.is_absent()) => None,
            _ => {
                let message = "a secret stands in one place";
                let fix = "write either `{ env: NAME }` or `{ file: PATH }`";
                self.report.add(place, Finding::error("secret-source", message, fix));
                None
            }
        }
    }
}
