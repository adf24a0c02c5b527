//! Patterns of hosts, found in time that does not grow with their number.

use std::collections::HashMap;

use crossgate_model::{Host, HostPattern};

/// Values under host patterns.
///
/// Exact hosts are one lookup. A wildcard pattern stands under its number of labels and the literal labels to the right
/// of its last `*`, so that a host meets only the patterns that can still fit.
#[derive(Debug)]
pub(crate) struct HostIndex<V> {
    exact: HashMap<Box<str>, V, foldhash::fast::RandomState>,
    wildcards: HashMap<Suffix, Vec<(HostPattern, V)>, foldhash::fast::RandomState>,
    wildcard_labels: Vec<usize>,
}

/// Number of labels, and the literal labels to the right of the last `*`.
type Suffix = (usize, Box<str>);

impl<V: Default> HostIndex<V> {
    pub(crate) fn new() -> Self {
        Self {
            exact: HashMap::default(),
            wildcards: HashMap::default(),
            wildcard_labels: Vec::new(),
        }
    }

    /// The value under a pattern, made if it is new.
    pub(crate) fn entry(&mut self, pattern: &HostPattern) -> &mut V {
        if pattern.is_exact() {
            return self.exact.entry(pattern.as_str().into()).or_default();
        }
        let text = pattern.as_str();
        let labels = text.split('.').count();
        let suffix = text
            .rsplit('*')
            .next()
            .and_then(|tail| tail.split_once('.'))
            .map_or("", |(_, tail)| tail);
        if !self.wildcard_labels.contains(&labels) {
            self.wildcard_labels.push(labels);
        }
        let bucket = self.wildcards.entry((labels, suffix.into())).or_default();
        let at = match bucket.iter().position(|(known, _)| known == pattern) {
            Some(at) => at,
            None => {
                let at =
                    bucket.partition_point(|(known, _)| specificity(known) > specificity(pattern));
                bucket.insert(at, (pattern.clone(), V::default()));
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "found or inserted at this index just now")]
        &mut bucket[at].1
    }

    /// The values of all patterns that cover `host`, the most specific first: an exact name, then wildcards by
    /// [`specificity`].
    pub(crate) fn matching<'i>(&'i self, host: &Host) -> impl Iterator<Item = &'i V> + use<'i, V> {
        let name = host.as_str();
        let exact = self.exact.get(name).into_iter();
        exact.chain(self.matching_wildcards(name).into_iter().map(|(_, value)| value))
    }

    fn matching_wildcards<'i>(&'i self, name: &str) -> Vec<&'i (HostPattern, V)> {
        let mut found = Vec::new();
        if self.wildcard_labels.is_empty() {
            return found;
        }
        let labels = name.split('.').count();
        if !self.wildcard_labels.contains(&labels) {
            return found;
        }
        let suffixes =
            std::iter::successors(Some(name), |rest| rest.split_once('.').map(|(_, rest)| rest));
        for suffix in suffixes.skip(1).chain(std::iter::once("")) {
            let bucket = self.wildcards.get(&(labels, suffix.into()));
            found.extend(bucket.into_iter().flatten().filter(|(pattern, _)| pattern.matches(name)));
        }
        found.sort_by(|(left, _), (right, _)| specificity(right).cmp(&specificity(left)));
        found
    }
}

/// How specific a wildcard pattern is: more literal characters win; among equals the alphabetically first.
fn specificity(pattern: &HostPattern) -> (usize, std::cmp::Reverse<&str>) {
    let text = pattern.as_str();
    (text.bytes().filter(|byte| *byte != b'*').count(), std::cmp::Reverse(text))
}
