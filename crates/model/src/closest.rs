//! What a misspelled word was probably meant to be.

/// The candidate with the fewest edits, if they are few for its length.
pub(crate) fn closest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let written = written.to_lowercase().chars().take(64).collect::<Vec<_>>();
    let tolerable = (written.len() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(written.len()) <= tolerable)
        .map(|candidate| (distance(&written, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerable)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words (Levenshtein), where two letters swapped count as two.
fn distance(written: &[char], candidate: &str) -> usize {
    let mut row = (0..=written.len()).collect::<Vec<_>>();
    for (number, letter) in candidate.to_lowercase().chars().enumerate() {
        let mut diagonal = number;
        let mut left = number + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = left;
        }
        for (cell, other) in cells.zip(written) {
            let cost = diagonal + usize::from(*other != letter);
            diagonal = *cell;
            left = cost.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn misspellings_find_the_word_that_was_meant() {
        let words = ["allowed_origins", "allowed_methods", "domain", "name"];
        let rows = [
            ("a letter left out", "allowed_origin", Some("allowed_origins")),
            ("a letter changed", "allowad_methods", Some("allowed_methods")),
            ("two letters swapped", "doamin", Some("domain")),
            ("another case", "Name", Some("name")),
            ("another word", "certificate", None),
            ("nothing", "", None),
        ];
        for (row, written, expected) in rows {
            assert_eq!(closest(written, words), expected, "{row}");
        }
    }
}
