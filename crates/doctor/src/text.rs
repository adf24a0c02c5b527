//! Text from strangers, made fit to be printed.

/// Cuts to at most `max` bytes, at a character.
pub(crate) fn cut(text: &mut String, max: usize) {
    if text.len() > max {
        let end = (0..=max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
}

/// A value as it may be printed: without control characters, of bounded length, and without what follows a `?`,
/// which in a URL may be a secret.
pub(crate) fn printable(text: &str, max: usize) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let mut text = text.chars().take(max + 1).filter(|it| !is_unprintable(*it)).collect::<String>();
    cut(&mut text, max);
    text
}

/// Controls, and what turns the direction of a line around.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
