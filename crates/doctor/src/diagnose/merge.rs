//! Failures that are one and the same, many times.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::Finding;

/// Evidence beyond this is counted, not listed.
const MAX_LISTED: usize = 100;

/// One finding for each kind of failure, in the order of the first.
pub(super) fn merge(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged = Vec::<Finding>::new();
    let mut places = HashMap::new();
    for finding in findings {
        let key = (
            (finding.symptom, finding.cause, finding.confidence as u8),
            (finding.url.clone(), finding.page_origin.clone(), finding.method.clone()),
        );
        match places.entry(key) {
            Entry::Vacant(place) => {
                place.insert(merged.len());
                merged.push(finding);
            }
            Entry::Occupied(place) => {
                if let Some(known) = merged.get_mut(*place.get()) {
                    known.times += 1;
                    append(&mut known.entries, finding.entries);
                    append(&mut known.console_lines, finding.console_lines);
                }
            }
        }
    }
    merged
}

fn append(list: &mut Vec<usize>, more: Vec<usize>) {
    let space = MAX_LISTED.saturating_sub(list.len());
    list.extend(more.into_iter().take(space));
}
