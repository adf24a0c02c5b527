//! Where in a document secrets stand

use std::collections::HashSet;

use super::{Node, Value};

/// Keys under which secrets stand, directly or below.
const KEYS: [&str; 5] = ["credentials", "password", "smtp", "store", "store_encryption_key"];

/// Whether the value under a key, and everything below it, is never shown.
pub(crate) fn is_secret(key: &str) -> bool {
    KEYS.contains(&key)
}

/// Whether a line of a text that is no YAML, or the line before it, speaks of a secret.
pub(crate) fn may_hold_secret(text: &str, line: usize) -> bool {
    let mut lines = text.lines().skip(line.saturating_sub(2)).take(2);
    lines.any(|line| KEYS.iter().any(|key| line.contains(key)))
}

impl Node {
    /// The lines that hold something secret. `within` says that this node is below such a key.
    pub(crate) fn secret_lines(&self, within: bool, lines: &mut HashSet<usize>) {
        match &self.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    // Where a secret is to be found is not secret itself.
                    let refers = matches!(entry.key.as_str(), "env" | "file");
                    entry.node.secret_lines(!refers && (within || is_secret(&entry.key)), lines);
                }
            }
            Value::Sequence(items) => {
                items.iter().for_each(|item| item.secret_lines(within, lines))
            }
            value => {
                let breaks = match value {
                    Value::Text(text) => text.matches('\n').count(),
                    _ => 0,
                };
                if let Some(span) = self.span.filter(|_| within) {
                    lines.extend(span.line..=span.line.saturating_add(breaks));
                }
            }
        }
    }
}
