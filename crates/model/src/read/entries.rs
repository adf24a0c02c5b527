//! Mappings: known keys are read, unknown and repeated ones reported.

use std::collections::HashSet;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, MapAccess};

use super::elsewhere::known_elsewhere;
use super::{Failure, Reader};
use crate::place::Place;
use crate::report::{Finding, Report};
use crate::tree::{Entry, Node};

/// The entries of a mapping, one after the other.
pub(super) struct Entries<'t, 'r> {
    entries: std::slice::Iter<'t, Entry>,
    seen: HashSet<&'t str>,
    known: Option<(&'static str, &'static [&'static str])>,
    value: Option<(&'t Entry, Place)>,
    place: Place,
    report: &'r Report<'t>,
}

impl<'t, 'r> Entries<'t, 'r> {
    /// Of a mapping that may have any key.
    pub(super) fn any(mapping: &Reader<'t, 'r>, entries: &'t [Entry]) -> Self {
        Self {
            entries: entries.iter(),
            seen: HashSet::new(),
            known: None,
            value: None,
            place: mapping.place.clone(),
            report: mapping.report,
        }
    }

    /// Of the raw type `name`, which has these keys.
    pub(super) fn of(
        mapping: &Reader<'t, 'r>,
        entries: &'t [Entry],
        name: &'static str,
        keys: &'static [&'static str],
    ) -> Self {
        Self { known: Some((name, keys)), ..Self::any(mapping, entries) }
    }

    fn is_known(&self, entry: &Entry, place: &Place) -> bool {
        let Some((name, keys)) = self.known else { return true };
        if keys.contains(&entry.key.as_str()) {
            return true;
        }
        let finding = unknown_key(self.report, &entry.key, name, keys);
        self.report.add_at(place, entry.key_span, finding);
        false
    }

    fn is_first(&mut self, entry: &'t Entry, place: &Place) -> bool {
        let first = self.seen.insert(&entry.key);
        if !first {
            let finding = Finding::error(
                "duplicate-key",
                format!(
                    "`{}` stands here for the second time, and only one of them can count",
                    entry.key
                ),
                "remove one of them",
            );
            self.report.add_at(place, entry.key_span, finding);
        }
        first
    }
}

impl<'t> MapAccess<'t> for Entries<'t, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        while let Some(entry) = self.entries.next() {
            let place = self.place.key(&entry.key);
            if self.is_known(entry, &place) && self.is_first(entry, &place) {
                self.value = Some((entry, place));
                return seed.deserialize(BorrowedStrDeserializer::new(&entry.key)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        match self.value.take() {
            Some((Entry { node, .. }, place)) => {
                seed.deserialize(Reader { node, place, report: self.report })
            }
            None => Err(serde::de::Error::custom("a value is asked for before its key")),
        }
    }
}

fn unknown_key(report: &Report<'_>, key: &str, name: &str, keys: &[&str]) -> Finding {
    let message = format!("`{key}` is no key that can stand here");
    if let Some(hint) = known_elsewhere(name, key) {
        return Finding::error("unknown-key", message, hint).value(key);
    }
    let fix = match report.closest(key, keys.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if keys.is_empty() => "remove it: nothing can be set here".to_owned(),
        None => format!("remove it; what can stand here: {}", keys.join(", ")),
    };
    Finding::error("unknown-key", message, fix).value(key)
}

/// Lets a choice look at the one entry of a mapping.
pub(super) fn only_entry(node: &Node) -> Option<&Entry> {
    match &node.value {
        crate::tree::Value::Mapping(entries) => match entries.as_slice() {
            [entry] => Some(entry),
            _ => None,
        },
        _ => None,
    }
}
