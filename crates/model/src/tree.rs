//! A YAML document as a tree whose every node knows its place in the text.
//!
//! Reading the text into a tree first, and the tree into [`raw`](crate::raw) types second, is what lets one mistake
//! not hide the next: only what is no YAML at all stops everything.

mod build;
mod document;
mod secrets;
#[cfg(test)]
mod tests;

pub(crate) use document::{Unreadable, parse};
pub(crate) use secrets::{is_secret, may_hold_secret};

use crate::Span;
use crate::place::{Place, Step};

/// A node and its place. No `Debug`: it may hold a secret.
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Option<Span>,
}

/// What a node holds.
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key of a mapping and its value. Keys may come twice.
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Option<Span>,
    pub(crate) node: Node,
}

impl Node {
    /// What to point at for a place: the value, if it is a short one; the key of a collection or of nothing; or what
    /// comes nearest above, where the place is not in the text.
    pub(crate) fn span_at(&self, place: &Place) -> Option<Span> {
        let mut node = self;
        let mut found = self.own_span();
        for step in place.steps() {
            match (step, &node.value) {
                (Step::Key(key), Value::Mapping(entries)) => {
                    let Some(entry) = entries.iter().find(|entry| entry.key == *key) else { break };
                    node = &entry.node;
                    found = if node.is_scalar() { node.span } else { entry.key_span }.or(found);
                }
                (Step::Index(index), Value::Sequence(items)) => {
                    let Some(item) = items.get(*index) else { break };
                    node = item;
                    found = node.own_span().or(found);
                }
                _ => break,
            }
        }
        found
    }

    /// What the node is, for people.
    pub(crate) const fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Integer(_) => "a number",
            Value::Float(_) => "a number with a fraction",
            Value::Text(_) => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The value of a scalar, as text.
    pub(crate) fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Integer(value) => Some(value.to_string()),
            Value::Float(value) => Some(value.to_string()),
            Value::Text(value) => Some(value.clone()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    const fn is_scalar(&self) -> bool {
        !matches!(self.value, Value::Null | Value::Sequence(_) | Value::Mapping(_))
    }

    /// A block collection has no text of its own: its first key or item stands for it.
    fn own_span(&self) -> Option<Span> {
        let first = match &self.value {
            Value::Mapping(entries) => entries.first().and_then(|entry| entry.key_span),
            Value::Sequence(items) => items.first().and_then(Self::own_span),
            _ => None,
        };
        match self.span {
            Some(span) if span.end > span.start => Some(span),
            span => first.or(span),
        }
    }
}
