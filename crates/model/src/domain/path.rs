//! Paths in the spelling in which patterns and requests are compared.
//!
//! An upstream finds the same in `/a%40b` and `/a@b`, so a decision does, too. What stands for itself to everybody is not escaped there,
//! all else is. An escaped slash, backslash or per cent sign stays: those would make another path.

use std::borrow::Cow;

use super::PatternError;

/// A path prefix: absolute, without `*`, without a slash at its end. Empty covers everything.
///
/// # Errors
/// Whatever no request's path could begin with.
pub(crate) fn canonical_prefix(text: &str) -> Result<String, PatternError> {
    if text.contains('*') {
        return Err(PatternError::PathWildcard);
    }
    Ok(canonical(text)?.trim_end_matches('/').to_owned())
}

/// A request's path as patterns spell theirs. A path without escapes is mostly spelt so already, and not copied.
#[must_use]
pub fn comparable_path(path: &str) -> Cow<'_, str> {
    let settled = |byte: u8| byte == b'/' || stands_for_itself(byte);
    if path.bytes().fold(true, |all, byte| all & settled(byte)) {
        return Cow::Borrowed(path);
    }
    let mut out = String::with_capacity(path.len() + 16);
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let escaped = (byte == b'%').then(|| escaped_byte(&mut bytes.clone())).flatten();
        if let Some(escaped) = escaped {
            bytes.nth(1);
            if stands_for_itself(escaped) {
                out.push(char::from(escaped));
            } else {
                push_escape(&mut out, escaped);
            }
        } else if settled(byte) || matches!(byte, b'%' | b'\\') {
            out.push(char::from(byte));
        } else {
            push_escape(&mut out, byte);
        }
    }
    Cow::Owned(out)
}

/// A pattern's path in the spelling of requests'. `*` is a pattern's own.
pub(super) fn canonical(text: &str) -> Result<String, PatternError> {
    if !text.starts_with('/') {
        return Err(PatternError::PathNotAbsolute);
    }
    if text.contains(['?', '#']) {
        return Err(PatternError::Query);
    }
    if text.contains("//") {
        return Err(PatternError::EmptySegment);
    }
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' if escaped_byte(&mut bytes).ok_or(PatternError::Escape)? != 0 => {}
            b'\\'
            | b'"'
            | b'<'
            | b'>'
            | b'^'
            | b'`'
            | b'{'
            | b'|'
            | b'}'
            | 0..=b' '
            | 0x7f
            | b'%' => {
                return Err(PatternError::PathCharacter);
            }
            _ => {}
        }
    }
    let path = text.split('*').map(comparable_path).collect::<Vec<_>>().join("*");
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(PatternError::DotSegment);
    }
    Ok(path)
}

fn escaped_byte(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let high = char::from(bytes.next()?).to_digit(16)?;
    let low = char::from(bytes.next()?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// Whatever may be in a segment (RFC 3986, section 3.3), and brackets, which browsers do not escape. Not `*`: patterns have another use for it.
#[expect(clippy::indexing_slicing, reason = "there is an entry for each byte")]
const fn stands_for_itself(byte: u8) -> bool {
    const LITERAL: [bool; 256] = {
        let mut literal = [false; 256];
        let mut byte = 0_u8;
        loop {
            literal[byte as usize] = byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&'..=b')' | b'+' | b','
                )
                || matches!(byte, b':' | b';' | b'=' | b'@' | b'[' | b']');
            if byte == u8::MAX {
                break literal;
            }
            byte += 1;
        }
    };
    LITERAL[byte as usize]
}

fn push_escape(path: &mut String, byte: u8) {
    path.push('%');
    for digit in [byte >> 4, byte & 15] {
        path.extend(char::from_digit(digit.into(), 16).map(|digit| digit.to_ascii_uppercase()));
    }
}
