//! Lists.

use serde::de::{DeserializeSeed, SeqAccess};

use super::{Failure, Reader};
use crate::place::Place;
use crate::report::{Finding, Report};
use crate::tree::{Node, Value};

/// The items of a list, one after the other.
pub(super) struct Items<'t, 'r> {
    items: std::iter::Enumerate<std::slice::Iter<'t, Node>>,
    place: Place,
    report: &'r Report<'t>,
}

impl<'t, 'r> Items<'t, 'r> {
    pub(super) fn new(list: &Reader<'t, 'r>, items: &'t [Node]) -> Self {
        Self { items: items.iter().enumerate(), place: list.place.clone(), report: list.report }
    }
}

impl<'t> SeqAccess<'t> for Items<'t, '_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure> {
        let Some((index, node)) = self.items.next() else { return Ok(None) };
        let place = self.place.index(index);
        if matches!(node.value, Value::Null) {
            let message = "there is an item here, but nothing in it";
            let finding =
                Finding::error("empty-item", message, "write a value, or remove the item");
            self.report.add(&place, finding);
        }
        seed.deserialize(Reader { node, place, report: self.report }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}
