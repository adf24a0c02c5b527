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
#[derive(Clone, Copy, Debug)]
pub(super) enum Spelling<'a> {
    /// No names at all.
    Absent,
    /// One line, as browsers write it.
    Browser(&'a HeaderValue),
    /// Valid, but with spaces, upper case, empty elements or several lines.
    Loose,
}

/// A name, and whether it is in lower case.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    /// A token.
    pub(super) text: &'a [u8],
    pub(super) lower_case: bool,
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    bytes: usize,
    lines: usize,
    names: usize,
    empty: usize,
    loose: bool,
}

/// Shows each name to `each`, in order, and stops at its first refusal.
pub(super) fn visit<'a>(
    headers: &'a HeaderMap,
    mut each: impl FnMut(Name<'a>) -> Result<(), Refusal>,
) -> Result<Spelling<'a>, Refusal> {
    let mut seen = Seen::default();
    let mut last = None;
    for line in headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS) {
        seen.bytes += line.len();
        seen.lines += 1;
        last = Some(line);
        if seen.bytes > MAX_BYTES {
            return Err(Refusal::TooManyRequestHeaders);
        }
        visit_line(line, &mut seen, &mut each)?;
    }
    Ok(match (last, seen) {
        (_, Seen { names: 0, .. }) | (None, _) => Spelling::Absent,
        (Some(line), Seen { lines: 1, empty: 0, loose: false, .. }) => Spelling::Browser(line),
        (Some(_), _) => Spelling::Loose,
    })
}

fn visit_line<'a>(
    line: &'a HeaderValue,
    seen: &mut Seen,
    each: &mut impl FnMut(Name<'a>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for element in line.as_bytes().split(|byte| *byte == b',') {
        let kinds = element.iter().fold(0, |kinds, byte| kinds | kind(*byte));
        let name = if kinds & OTHER == 0 { element } else { trimmed(element) };
        seen.loose |= kinds != 0;
        if name.is_empty() {
            seen.empty += 1;
        } else {
            seen.names += 1;
        }
        if seen.empty > MAX_EMPTY || seen.names > MAX_NAMES {
            return Err(Refusal::TooManyRequestHeaders);
        }
        if kinds & OTHER != 0 && !name.iter().all(|byte| is_token_byte(*byte)) {
            return Err(Refusal::MalformedRequestHeaders);
        }
        if !name.is_empty() {
            each(Name { text: name, lower_case: kinds & UPPER == 0 })?;
        }
    }
    Ok(())
}

/// Without the spaces and tabs around it.
fn trimmed(element: &[u8]) -> &[u8] {
    let is_inside = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = element.iter().position(is_inside).unwrap_or(element.len());
    let end = element.iter().rposition(is_inside).map_or(start, |last| last + 1);
    element.get(start..end).unwrap_or_default()
}

/// The value of `Access-Control-Allow-Headers` that grants all names, as a browser would have
/// spelled them.
pub(super) fn echo(
    headers: &HeaderMap,
    spelling: Spelling<'_>,
) -> Result<Option<HeaderValue>, Refusal> {
    match spelling {
        Spelling::Absent => Ok(None),
        Spelling::Browser(line) => Ok(Some(line.clone())),
        Spelling::Loose => {
            let mut list = Vec::new();
            visit(headers, |name| {
                if !list.is_empty() {
                    list.push(b',');
                }
                list.extend(name.text.to_ascii_lowercase());
                Ok(())
            })?;
            HeaderValue::try_from(list).map(Some).map_err(|_| Refusal::MalformedRequestHeaders)
        }
    }
}

const UPPER: u8 = 1;
const OTHER: u8 = 2;

/// Whether a byte is an upper-case letter, or no token has it.
#[expect(clippy::indexing_slicing, reason = "there is an entry for each byte")]
const fn kind(byte: u8) -> u8 {
    KINDS[byte as usize]
}

#[expect(clippy::indexing_slicing, reason = "there is an entry for each byte")]
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0_u8;
    loop {
        kinds[byte as usize] = if !is_token_byte(byte) {
            OTHER
        } else if byte.is_ascii_uppercase() {
            UPPER
        } else {
            0
        };
        if byte == u8::MAX {
            break kinds;
        }
        byte += 1;
    }
};

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
