//! Fetch, "CORS-safelisted request-header".

use http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, RANGE};
use http::{HeaderName, HeaderValue};

/// Beyond this no value is safelisted.
const MAX_BYTES: usize = 128;

const CONTENT_TYPES: [&str; 3] =
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Whether a page may send this header with this value and no preflight.
pub(crate) fn contains(name: &HeaderName, value: &HeaderValue) -> bool {
    let value = value.as_bytes();
    if value.len() > MAX_BYTES {
        return false;
    }
    match *name {
        ACCEPT => !value.iter().copied().any(is_unsafe_byte),
        ACCEPT_LANGUAGE | CONTENT_LANGUAGE => value.iter().copied().all(is_language_byte),
        CONTENT_TYPE => !value.iter().copied().any(is_unsafe_byte) && is_form_type(value),
        RANGE => is_simple_range(value),
        _ => false,
    }
}

/// Fetch, "CORS-unsafe request-header byte".
const fn is_unsafe_byte(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t')
        || byte == 0x7F
        || matches!(
            byte,
            b'"' | b'('
                | b')'
                | b':'
                | b'<'
                | b'>'
                | b'?'
                | b'@'
                | b'['
                | b'\\'
                | b']'
                | b'{'
                | b'}'
        )
}

const fn is_language_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'*' | b',' | b'-' | b'.' | b';' | b'=')
}

/// Whether the essence (MIME Sniffing, "parse a MIME type") is one of those that forms send.
fn is_form_type(value: &[u8]) -> bool {
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    CONTENT_TYPES.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(essence))
}

/// Fetch, "simple range header value", and with a start: `bytes=N-` or `bytes=N-M`. Numbers that no
/// file has are none to browsers.
fn is_simple_range(value: &[u8]) -> bool {
    let bounds = std::str::from_utf8(value)
        .ok()
        .and_then(|value| value.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'));
    let Some((start, end)) = bounds else { return false };
    let Some(start) = number(start) else { return false };
    end.is_empty() || number(end).is_some_and(|end| start <= end)
}

fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}
