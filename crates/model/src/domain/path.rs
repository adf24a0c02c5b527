//! Paths of the config in the one spelling that requests' paths are brought into (RFC 3986, section 6.2.2).

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

/// Escapes of unreserved characters are decoded, the digits of others upper case, characters outside ASCII escaped.
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
    let mut path = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => match escaped_byte(&mut bytes).ok_or(PatternError::Escape)? {
                0 => return Err(PatternError::PathCharacter),
                byte if is_unreserved(byte) => path.push(char::from(byte)),
                byte => push_escape(&mut path, byte),
            },
            b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' | 0..=b' ' | 0x7f => {
                return Err(PatternError::PathCharacter);
            }
            0x80.. => push_escape(&mut path, byte),
            byte => path.push(char::from(byte)),
        }
    }
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

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn push_escape(path: &mut String, byte: u8) {
    path.push('%');
    for digit in [byte >> 4, byte & 15] {
        path.extend(char::from_digit(digit.into(), 16).map(|digit| digit.to_ascii_uppercase()));
    }
}
