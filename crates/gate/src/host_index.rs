//! Patterns of hosts, found in time that does not grow with their number.

use std::collections::HashMap;

use crossgate_model::{Host, HostPattern};
use foldhash::fast::RandomState;

/// Values under host patterns.
///
/// Exact hosts are one lookup. A wildcard pattern stands under its number of labels and the literal labels to the right
/// of its last `*`, so that a host meets only the patterns that can still fit.
#[derive(Debug)]
pub(crate) struct HostIndex<V> {
    exact: HashMap<Box<str>, V, RandomState>,
    wildcards: HashMap<usize, BySuffix<V>, RandomState>,
}

/// Patterns by the literal labels to the right of the last `*`, the most specific first.
type BySuffix<V> = HashMap<Box<str>, Vec<(HostPattern, V)>, RandomState>;

impl<V: Default> HostIndex<V> {
    pub(crate) fn new() -> Self {
        Self { exact: HashMap::default(), wildcards: HashMap::default() }
    }

    /// The value under a pattern, made if it is new.
    pub(crate) fn entry(&mut self, pattern: &HostPattern) -> &mut V {
        if pattern.is_exact() {
            return self.exact.entry(pattern.as_str().into()).or_default();
        }
        let text = pattern.as_str();
        let suffix = text
            .rsplit('*')
            .next()
            .and_then(|tail| tail.split_once('.'))
            .map_or("", |(_, tail)| tail);
        let by_suffix = self.wildcards.entry(labels(text)).or_default();
        let bucket = by_suffix.entry(suffix.into()).or_default();
        let order = |(known, _): &(HostPattern, V)| specificity(pattern).cmp(&specificity(known));
        let at = bucket.binary_search_by(order).unwrap_or_else(|at| {
            bucket.insert(at, (pattern.clone(), V::default()));
            at
        });
        #[expect(clippy::indexing_slicing, reason = "found or inserted at this index just now")]
        &mut bucket[at].1
    }

    /// The value under exactly this host.
    pub(crate) fn exact(&self, host: &Host) -> Option<&V> {
        self.exact.get(host.as_str())
    }

    /// The values of all patterns that cover `host`, the most specific first: an exact name, then wildcards by
    /// [`specificity`].
    pub(crate) fn matching<'i, 'h>(
        &'i self,
        host: &'h Host,
    ) -> impl Iterator<Item = &'i V> + use<'i, 'h, V> {
        // Whoever finds what it looks for at the exact name does not ask for the others.
        let wildcards = std::iter::once(host).flat_map(|host| self.matching_wildcards(host));
        self.exact(host).into_iter().chain(wildcards)
    }

    /// The same in any order, which takes less.
    pub(crate) fn matching_in_any_order<'i, 'h>(
        &'i self,
        host: &'h Host,
    ) -> impl Iterator<Item = &'i V> + use<'i, 'h, V> {
        self.exact(host).into_iter().chain(self.wildcards_of(host).map(|(_, value)| value))
    }

    fn matching_wildcards(&self, host: &Host) -> impl Iterator<Item = &V> + use<'_, V> {
        let mut found = self.wildcards_of(host).collect::<Vec<_>>();
        found.sort_by(|(left, _), (right, _)| specificity(right).cmp(&specificity(left)));
        found.into_iter().map(|(_, value)| value)
    }

    fn wildcards_of<'i, 'h>(
        &'i self,
        host: &'h Host,
    ) -> impl Iterator<Item = &'i (HostPattern, V)> + use<'i, 'h, V> {
        let name = host.as_str();
        let by_suffix =
            if self.wildcards.is_empty() { None } else { self.wildcards.get(&labels(name)) };
        by_suffix
            .into_iter()
            .flat_map(move |by_suffix| {
                let suffixes = std::iter::successors(Some(name), |rest| without_first_label(rest));
                suffixes.skip(1).chain([""]).filter_map(|suffix| by_suffix.get(suffix))
            })
            .flatten()
            .filter(move |(pattern, _)| pattern.matches(name))
    }
}

fn without_first_label(name: &str) -> Option<&str> {
    let dot = memchr::memchr(b'.', name.as_bytes())?;
    name.get(dot + 1..)
}

fn labels(name: &str) -> usize {
    memchr::memchr_iter(b'.', name.as_bytes()).count() + 1
}

/// How specific a wildcard pattern is: more literal characters win; among equals the alphabetically first.
fn specificity(pattern: &HostPattern) -> (usize, std::cmp::Reverse<&str>) {
    let text = pattern.as_str();
    (text.bytes().filter(|byte| *byte != b'*').count(), std::cmp::Reverse(text))
}
