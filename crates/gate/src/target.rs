//! Host and path of a request, read one way.
//!
//! The path is brought into one spelling: escapes of unreserved characters are decoded, the digits of the others are upper
//! case, bytes that no URI has are escaped (RFC 3986, section 6.2.2). What would still have two readings is
//! refused: dot segments, NUL, bad escapes. What servers disagree about only where somebody decides on paths
//! (encoded slashes, backslashes, parameters, empty segments) is kept and marked, see [`Target::is_ambiguous`].
//!
//! Other escapes pass as they are, though decisions do not depend on them: see [`crossgate_model::comparable_path`].

use bytes::Bytes;
use crossgate_model::{Host, HostError};
use http::uri::PathAndQuery;

/// Host, path and query that are decided on and forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    host: Host,
    path_and_query: PathAndQuery,
    ambiguous: bool,
}

/// Why a request has no single reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// A `%` without two hexadecimal digits.
    #[error("the path has a malformed escape")]
    BadEscape,
    /// `.` or `..` as a segment, escaped or not.
    #[error("the path has a dot segment")]
    DotSegment,
    /// The host is no host.
    #[error("the host is malformed: {0}")]
    Host(#[from] HostError),
    /// Several Host headers, or one that contradicts the target.
    #[error("the request names two hosts")]
    HostConflict,
    /// Neither a Host header nor an authority.
    #[error("the request names no host")]
    HostMissing,
    /// A control character, a space, or what ends a path or query, unescaped.
    #[error("the target has a character that none has")]
    InvalidCharacter,
    /// An escaped NUL.
    #[error("the path has a NUL")]
    Nul,
    /// A target that does not begin with a slash.
    #[error("the target is not a path")]
    NotAPath,
    /// More than 65,534 bytes, escaped.
    #[error("the target is too long")]
    TooLong,
    /// User information in the authority.
    #[error("the authority has user information")]
    UserInformation,
}

impl Target {
    /// Reads the host from `authority` (the target's or `:authority`) and the Host header values, which must agree, and the path.
    ///
    /// # Errors
    /// Whatever two readers could read in two ways.
    pub fn read<'h>(
        authority: Option<&str>,
        mut hosts: impl Iterator<Item = &'h [u8]>,
        path: &str,
        query: Option<&str>,
    ) -> Result<Self, TargetError> {
        let header = hosts.next();
        if hosts.next().is_some() {
            return Err(TargetError::HostConflict);
        }
        let header = header.map(host_of_bytes).transpose()?;
        let authority = authority.map(host_of).transpose()?;
        let host = match (authority, header) {
            (Some(authority), Some(header)) if authority != header => {
                return Err(TargetError::HostConflict);
            }
            (Some(host), _) | (None, Some(host)) => host.0,
            (None, None) => return Err(TargetError::HostMissing),
        };
        let (path_and_query, ambiguous) = canonical(path, query)?;
        Ok(Self { host, path_and_query, ambiguous })
    }

    /// The host, without port.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The path in its one spelling.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path_and_query.path()
    }

    /// The query without `?`, as sent but for what no URI has, which is escaped.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.path_and_query.query()
    }

    /// Whether the path has encoded slashes, backslashes, parameters or empty segments: upstreams differ in what
    /// they take such a path for.
    #[must_use]
    pub const fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// Whether there is nothing between two slashes.
    #[must_use]
    pub fn has_empty_segments(&self) -> bool {
        self.path().contains("//")
    }

    /// Path and query as they are sent on.
    #[must_use]
    pub const fn path_and_query(&self) -> &PathAndQuery {
        &self.path_and_query
    }
}

fn host_of_bytes(value: &[u8]) -> Result<(Host, Option<u16>), TargetError> {
    let text = std::str::from_utf8(value).map_err(|_| HostError::InvalidCharacter)?;
    host_of(text)
}

/// Splits the port off; a host is equal to another with another spelling of the same port or none.
fn host_of(text: &str) -> Result<(Host, Option<u16>), TargetError> {
    let (mut end_of_address, mut colon) = (0, None);
    for at in memchr::memchr3_iter(b'@', b']', b':', text.as_bytes()) {
        match text.as_bytes().get(at) {
            Some(b'@') => return Err(TargetError::UserInformation),
            Some(b']') => (end_of_address, colon) = (at + 1, None),
            _ if colon.is_none() => colon = Some(at),
            _ => {}
        }
    }
    let (name, port) = match colon.filter(|at| *at >= end_of_address) {
        None => (text, None),
        Some(at) => {
            let (name, port) = text.split_at(at);
            let digits = port.strip_prefix(':').unwrap_or_default();
            let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let port = digits.parse::<u16>().ok().filter(|_| valid);
            (name, Some(port.ok_or(HostError::InvalidCharacter)?))
        }
    };
    Ok((Host::parse(name)?, port))
}

fn canonical(path: &str, query: Option<&str>) -> Result<(PathAndQuery, bool), TargetError> {
    if !path.starts_with('/') {
        return Err(TargetError::NotAPath);
    }
    let mut out = String::with_capacity(path.len() + query.map_or(0, |query| query.len() + 1));
    let ambiguous = if is_plain(path) {
        out.push_str(path);
        false
    } else {
        spell_anew(path, &mut out)?
    };
    if let Some(query) = query {
        out.push('?');
        push_query(&mut out, query)?;
    }
    // Of all that it could refuse, only the length was not looked at.
    let whole = PathAndQuery::from_maybe_shared(Bytes::from(out));
    Ok((whole.map_err(|_| TargetError::TooLong)?, ambiguous))
}

/// Whether the path is ambiguous, too.
fn spell_anew(path: &str, out: &mut String) -> Result<bool, TargetError> {
    let mut ambiguous = false;
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let escaped = escaped_byte(&mut bytes).ok_or(TargetError::BadEscape)?;
            match escaped {
                0 => return Err(TargetError::Nul),
                _ if is_unreserved(escaped) => out.push(char::from(escaped)),
                _ => {
                    ambiguous |= matches!(escaped, b'/' | b'\\' | b';');
                    push_escape(out, escaped);
                }
            }
        } else if matches!(byte, 0..=b' ' | 0x7f | b'#' | b'?') {
            return Err(TargetError::InvalidCharacter);
        } else if byte.is_ascii() && !is_in_no_uri(byte) {
            ambiguous |= matches!(byte, b'\\' | b';') || (byte == b'/' && out.ends_with('/'));
            out.push(char::from(byte));
        } else {
            push_escape(out, byte);
        }
    }
    if has_dot_segment(out) {
        return Err(TargetError::DotSegment);
    }
    Ok(ambiguous)
}

/// As browsers do it (URL Standard, query percent-encode set).
fn push_query(out: &mut String, query: &str) -> Result<(), TargetError> {
    if query.bytes().any(|byte| matches!(byte, 0..=b' ' | 0x7f | b'#')) {
        return Err(TargetError::InvalidCharacter);
    }
    if !query.contains(['"', '<', '>']) {
        out.push_str(query);
        return Ok(());
    }
    for character in query.chars() {
        match u8::try_from(character) {
            Ok(byte @ (b'"' | b'<' | b'>')) => push_escape(out, byte),
            _ => out.push(character),
        }
    }
    Ok(())
}

/// Whether a path is in its one spelling as most are: nothing in it is escaped, empty, a dot or refused.
fn is_plain(path: &str) -> bool {
    let (mut plain, mut begins) = (true, false);
    for byte in path.bytes() {
        let is_slash = byte == b'/';
        plain &= PLAIN.get(usize::from(byte)).is_some_and(|it| *it);
        plain &= !begins || !(is_slash || byte == b'.');
        begins = is_slash;
    }
    plain
}

/// The characters of a segment that stand for themselves to everybody (RFC 3986, section 3.3), but for `;`, and the slash.
#[expect(clippy::indexing_slicing, reason = "there is an entry for each byte")]
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    loop {
        plain[byte as usize] = is_unreserved(byte)
            || matches!(byte, b'/' | b'!' | b'$' | b'&'..=b',' | b'=' | b':' | b'@');
        if byte == u8::MAX {
            break plain;
        }
        byte += 1;
    }
};

/// Whether any reader could find a dot segment: one that takes a backslash or an escape for a separator, or cuts parameters off.
fn has_dot_segment(path: &str) -> bool {
    // Most paths have no dot where a segment could begin.
    let begins = |pair: &[u8]| matches!(pair, [b'/' | b'\\' | b'F' | b'C', b'.']);
    if !path.as_bytes().windows(2).any(begins) {
        return false;
    }
    let pieces = path.split(['/', '\\']).flat_map(|piece| piece.split("%2F"));
    let mut pieces = pieces.flat_map(|piece| piece.split("%5C"));
    pieces.any(|piece| {
        let name = piece.split(';').next().unwrap_or_default();
        matches!(name.split("%3B").next(), Some("." | ".."))
    })
}

fn escaped_byte(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let high = char::from(bytes.next()?).to_digit(16)?;
    let low = char::from(bytes.next()?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// RFC 3986 has these nowhere, though some clients send them as they are. Not the backslash, which is kept and marked.
const fn is_in_no_uri(byte: u8) -> bool {
    matches!(byte, b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}')
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn push_escape(out: &mut String, byte: u8) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.push('%');
    out.extend(DIGITS.get(usize::from(byte >> 4)));
    out.extend(DIGITS.get(usize::from(byte & 15)));
}

#[cfg(test)]
mod tests;
