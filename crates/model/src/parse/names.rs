//! Names and ids, and that each is given once.

use std::collections::HashMap;

use super::Context;
use crate::place::Place;
use crate::raw::Field;
use crate::report::Finding;

/// Names and ids that are taken, of one kind of resource.
#[derive(Default)]
pub(super) struct Taken {
    names: HashMap<String, Place>,
    ids: HashMap<String, Place>,
}

impl Context<'_, '_> {
    /// A name that people and logs can use. `place` is that of the resource.
    pub(super) fn name(&self, field: &Field<String>, place: &Place) -> Option<String> {
        let name = self.required(field, place, "name")?;
        let finding = if name.trim().is_empty() {
            "the name is empty"
        } else if name.chars().count() > 350 {
            "the name has more than 350 characters"
        } else if name.chars().any(char::is_control) {
            "the name has a line break or another control character"
        } else if name.trim() != name {
            "the name begins or ends with a space"
        } else {
            return Some(name.clone());
        };
        let finding = Finding::error("invalid-name", finding, "write a short name in one line");
        self.report.add(&place.key("name"), finding.value(name));
        None
    }

    /// A name that nothing else of its kind has.
    pub(super) fn unique_name(
        &self,
        field: &Field<String>,
        place: &Place,
        taken: &mut Taken,
    ) -> Option<String> {
        let name = self.name(field, place)?;
        let place = place.key("name");
        match taken.names.insert(name.clone(), place.clone()) {
            None => Some(name),
            Some(first) => {
                let message = format!(
                    "`{name}` is the name at {first} already, and names are what the others refer to"
                );
                let finding =
                    Finding::error("duplicate-name", message, "give one of them another name");
                self.report.add(&place, finding.value(&name));
                None
            }
        }
    }

    /// An id: a UUID that nothing else of its kind has, lower-case.
    pub(super) fn id(
        &self,
        field: &Field<String>,
        place: &Place,
        taken: &mut Taken,
    ) -> Option<String> {
        let text = field.text()?;
        let place = place.key("id");
        if !is_uuid(text) {
            let message = "the id is not a UUID";
            let fix = "write 32 hexadecimal digits as in `f174e90a-fafe-4643-bbbc-4a0ed4fc8415`, or leave `id` out";
            self.report.add(&place, Finding::error("invalid-id", message, fix).value(text));
            return None;
        }
        let id = text.to_ascii_lowercase();
        match taken.ids.insert(id.clone(), place.clone()) {
            None => Some(id),
            Some(first) => {
                let message = format!("the id is that of {first} already");
                let fix = "leave one of them out: ids are made and remembered";
                self.report.add(&place, Finding::error("duplicate-id", message, fix).value(text));
                None
            }
        }
    }
}

/// Whether a text is a UUID (RFC 9562, section 4), in either case.
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}
