//! Path patterns of one host, the most specific first.

use std::collections::HashMap;

use crossgate_model::PathPattern;

/// Values under path patterns. Patterns without `*` are found by one lookup a segment, bounded by the deepest of them.
#[derive(Debug)]
pub(crate) struct PathIndex<V> {
    prefixes: HashMap<Box<str>, V, foldhash::fast::RandomState>,
    deepest: usize,
    wildcards: Vec<(PathPattern, V)>,
}

impl<V> Default for PathIndex<V> {
    fn default() -> Self {
        Self { prefixes: HashMap::default(), deepest: 0, wildcards: Vec::new() }
    }
}

impl<V> PathIndex<V> {
    pub(crate) fn insert(&mut self, pattern: &PathPattern, value: V) {
        if pattern.as_str().contains('*') && !pattern.is_everything() {
            let at =
                self.wildcards.partition_point(|(known, _)| literals(known) >= literals(pattern));
            self.wildcards.insert(at, (pattern.clone(), value));
            return;
        }
        let prefix =
            if pattern.is_everything() { "" } else { pattern.as_str().trim_end_matches('/') };
        self.deepest = self.deepest.max(prefix.matches('/').count());
        self.prefixes.entry(prefix.into()).or_insert(value);
    }

    /// All values, those of patterns without `*` first, else in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.prefixes.values().chain(self.wildcards.iter().map(|(_, value)| value))
    }

    /// Whether any pattern covers less than the whole host.
    pub(crate) fn depends_on_path(&self) -> bool {
        self.deepest > 0 || !self.wildcards.is_empty()
    }

    /// The value of the most specific pattern that covers `path`: the one with more literal characters; at a tie one
    /// without `*`; then the one that was there first.
    pub(crate) fn most_specific(&self, path: &str) -> Option<&V> {
        let prefix = self.longest_prefix(path);
        let wildcard = self.wildcards.iter().find(|(pattern, _)| pattern.matches(path));
        match (prefix, wildcard) {
            (Some((length, _)), Some((pattern, value))) if literals(pattern) > length => {
                Some(value)
            }
            (Some((_, value)), _) => Some(value),
            (None, wildcard) => wildcard.map(|(_, value)| value),
        }
    }

    fn longest_prefix(&self, path: &str) -> Option<(usize, &V)> {
        let ends =
            memchr::memchr_iter(b'/', path.as_bytes()).skip(1).chain(std::iter::once(path.len()));
        let mut found = self.prefixes.get("").map(|value| (0, value));
        for end in ends.take(self.deepest) {
            let prefix = path.get(..end).unwrap_or_default();
            found = self.prefixes.get(prefix).map(|value| (prefix.len(), value)).or(found);
        }
        found
    }
}

fn literals(pattern: &PathPattern) -> usize {
    pattern.as_str().bytes().filter(|byte| *byte != b'*').count()
}

/// Whether `path` is `prefix` or lies below it, by whole segments. The empty prefix covers everything.
pub(crate) fn is_below(prefix: &str, path: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
