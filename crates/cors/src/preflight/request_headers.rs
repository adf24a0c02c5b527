//! `Access-Control-Request-Headers`: what a browser writes, and what proxies make of it.
//!
//! Browsers send one line of lower-case names joined by a comma. Proxies split it into lines and
//! put spaces in; that is tolerated within a budget, so that the work for a stranger's header is
//! linear in a bounded length. Nothing is allocated to decide.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, HeaderMap, HeaderValue};

use super::Refusal;

/// Of all lines together.
const MAX_BYTES: usize = 8 * 1024;
/// Names in all lines together.
const MAX_NAMES: usize = 256;
/// Empty list elements, and empty lines (RFC 9110, section 5.6.1.2: "a reasonable number").
const MAX_EMPTY: usize = 16;

/// Whether the header can be repeated as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spelling {
    /// No names at all.
    Absent,
    /// One line, as browsers write it.
    Browser,
    /// Valid, but with spaces, upper case, empty elements or several lines.
    Loose,
}

/// Shows each name to `each`, in order, and stops at its first refusal.
pub(super) fn visit<'a>(
    headers: &'a HeaderMap,
    mut each: impl FnMut(&'a str) -> Result<(), Refusal>,
) -> Result<Spelling, Refusal> {
    let (mut bytes, mut names, mut empty, mut lines) = (0, 0, 0, 0);
    let mut loose = false;
    for line in headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS) {
        bytes += line.len();
        lines += 1;
        if bytes > MAX_BYTES {
            return Err(Refusal::TooManyRequestHeaders);
        }
        let line = line.to_str().map_err(|_| Refusal::MalformedRequestHeaders)?;
        for element in line.split(',') {
            let name = element.trim_matches([' ', '\t']);
            loose |= name.len() != element.len() || name.bytes().any(|it| it.is_ascii_uppercase());
            if name.is_empty() {
                empty += 1;
            } else {
                names += 1;
            }
            if empty > MAX_EMPTY || names > MAX_NAMES {
                return Err(Refusal::TooManyRequestHeaders);
            }
            if !name.bytes().all(is_token_byte) {
                return Err(Refusal::MalformedRequestHeaders);
            }
            if !name.is_empty() {
                each(name)?;
            }
        }
    }
    Ok(match (names, lines, empty) {
        (0, ..) => Spelling::Absent,
        (_, 1, 0) if !loose => Spelling::Browser,
        _ => Spelling::Loose,
    })
}

/// The value of `Access-Control-Allow-Headers` that grants all names, as a browser would have
/// spelled them.
pub(super) fn echo(
    headers: &HeaderMap,
    spelling: Spelling,
) -> Result<Option<HeaderValue>, Refusal> {
    match spelling {
        Spelling::Absent => Ok(None),
        Spelling::Browser => Ok(headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned()),
        Spelling::Loose => {
            let mut list = String::new();
            visit(headers, |name| {
                if !list.is_empty() {
                    list.push(',');
                }
                list.extend(name.chars().map(|character| character.to_ascii_lowercase()));
                Ok(())
            })?;
            HeaderValue::try_from(list).map(Some).map_err(|_| Refusal::MalformedRequestHeaders)
        }
    }
}

/// RFC 9110, section 5.6.2: `tchar`.
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}
