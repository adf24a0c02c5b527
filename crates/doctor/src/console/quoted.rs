//! Quotation marks.

use crate::Target;

/// The line with the quotation marks of every language as `'` and `"`.
pub(super) fn plain(line: &str) -> String {
    let plain = |character| match character {
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{2039}' | '\u{203A}'
        | '\u{300C}' | '\u{300D}' => '\'',
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{AB}' | '\u{BB}' => '"',
        '\u{A0}' | '\u{202F}' => ' ',
        other => other,
    };
    line.trim().chars().map(plain).collect()
}

/// What stands between two texts.
pub(super) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inner, _)| inner)
}

/// The URL that begins after `before`.
pub(super) fn url_after(text: &str, before: &str) -> Option<Target> {
    text.split_once(before).and_then(|(_, rest)| url(rest))
}

/// The first URL in a text, without the punctuation around it.
pub(super) fn url(text: &str) -> Option<Target> {
    let scheme_end = text.find("://")?;
    let before = text.get(..scheme_end)?;
    let start =
        before.rfind(|it: char| !it.is_ascii_alphanumeric() && !matches!(it, '+' | '-' | '.'));
    let rest = text.get(start.map_or(0, |at| at + 1)..)?;
    let end =
        rest.find(|it: char| it.is_whitespace() || matches!(it, '\'' | '"' | '`' | '<' | '>'));
    let url = rest.get(..end.unwrap_or(rest.len()))?;
    Target::parse(url.trim_end_matches(['.', ',', ';', ':', ')']))
}

/// The number after a text.
pub(super) fn status_after(text: &str, before: &str) -> Option<u16> {
    let (_, rest) = text.rsplit_once(before)?;
    let digits = rest.trim_start().get(..3)?;
    digits.parse().ok().filter(|it| (100..1000).contains(it))
}
