//! The documented order of overlapping applications, by trying all of them.

use std::cmp::Reverse;

/// The number of the domain that wins.
pub(crate) fn best(domains: &[String], host: &str, path: &str) -> Option<usize> {
    let fitting = domains.iter().enumerate().filter_map(|(number, domain)| {
        let (pattern, prefix) = match domain.find('/') {
            Some(at) => domain.split_at(at),
            None => (domain.as_str(), ""),
        };
        let fits = host_fits(pattern, host) && path_fits(prefix, path);
        let wildcard = pattern.contains('*');
        let order = (
            wildcard,
            Reverse(literals(pattern)),
            pattern,
            Reverse(literals(prefix)),
            prefix.contains('*'),
            number,
        );
        fits.then_some((order, number))
    });
    fitting.min().map(|(_, number)| number)
}

fn literals(pattern: &str) -> usize {
    pattern.chars().filter(|c| *c != '*').count()
}

fn host_fits(pattern: &str, host: &str) -> bool {
    let (patterns, labels) = (pattern.split('.'), host.split('.'));
    patterns.clone().count() == labels.clone().count()
        && patterns.zip(labels).all(|(pattern, label)| glob(pattern.as_bytes(), label.as_bytes()))
}

fn path_fits(pattern: &str, path: &str) -> bool {
    if pattern.contains('*') {
        return glob(pattern.as_bytes(), path.as_bytes());
    }
    path.strip_prefix(pattern).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `*` stands for any run of bytes.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|at| glob(rest, &text[at..])),
        Some((byte, rest)) => {
            text.split_first().is_some_and(|(first, text)| first == byte && glob(rest, text))
        }
    }
}
