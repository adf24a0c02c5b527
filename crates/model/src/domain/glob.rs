//! `*`, in labels and in paths, without backtracking.

/// Whether a label pattern with at most one `*` covers a label.
pub(super) fn label(pattern: &str, label: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == label,
        Some((before, after)) => {
            label.strip_prefix(before).is_some_and(|rest| rest.ends_with(after))
        }
    }
}

/// Whether there is a label that both label patterns cover.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    match (one.split_once('*'), other.split_once('*')) {
        (None, _) => label(other, one),
        (_, None) => label(one, other),
        (Some((before, after)), Some((before_other, after_other))) => {
            let prefixes = before.starts_with(before_other) || before_other.starts_with(before);
            let suffixes = after.ends_with(after_other) || after_other.ends_with(after);
            prefixes && suffixes
        }
    }
}

/// Whether a path pattern with any number of `*` covers a path. Taking each piece where it first occurs is enough,
/// because a `*` covers anything; only the last piece is tied to the end.
pub(super) fn path(pattern: &str, path: &str) -> bool {
    let Some((first, pieces)) = pattern.split_once('*') else { return pattern == path };
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let (middle, last) =
        pieces.rsplit_once('*').map_or((None, pieces), |(it, last)| (Some(it), last));
    for piece in middle.into_iter().flat_map(|middle| middle.split('*')) {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
