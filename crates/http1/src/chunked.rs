//! The chunked transfer coding (RFC 9112, section 7.1), read strictly.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::lines::end_properly;
use crate::{BodyError, Decoded, MAX_FIELDS};

/// Longest line of a chunk's size, extensions included.
const MAX_SIZE_LINE: usize = 256;

/// Digits of a chunk's size: a body has no chunk of more than 2^48 bytes.
const MAX_DIGITS: usize = 12;

/// Longest trailers.
const MAX_TRAILERS: usize = 8 * 1024;

/// Where in the coding the next byte stands.
#[derive(Debug)]
pub(crate) enum Chunked {
    Size,
    Data { left: u64 },
    DataEnd,
    Trailers,
    Done,
}

impl Chunked {
    /// Takes the next step on `bytes`. What is not taken comes again, with more behind it.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> Result<Decoded, BodyError> {
        match self {
            Self::Size => self.size(bytes),
            Self::Data { left } => {
                let length = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                if length == 0 {
                    return Ok(Decoded::More);
                }
                *left -= length as u64;
                if *left == 0 {
                    *self = Self::DataEnd;
                }
                Ok(Decoded::Data(length))
            }
            Self::DataEnd => match bytes {
                [b'\r', b'\n', ..] => {
                    *self = Self::Size;
                    Ok(Decoded::Skip(2))
                }
                [] | [b'\r'] => Ok(Decoded::More),
                _ => Err(BodyError::Chunk),
            },
            Self::Trailers => self.trailers(bytes),
            Self::Done => Ok(Decoded::End),
        }
    }

    fn size(&mut self, bytes: &[u8]) -> Result<Decoded, BodyError> {
        let window = bytes.get(..MAX_SIZE_LINE).unwrap_or(bytes);
        let Some(line_feed) = memchr::memchr(b'\n', window) else {
            return if window.len() == MAX_SIZE_LINE || !may_begin(window) {
                Err(BodyError::Chunk)
            } else {
                Ok(Decoded::More)
            };
        };
        let line = window.get(..line_feed).and_then(|line| line.strip_suffix(b"\r"));
        let size = size_of(line.ok_or(BodyError::Chunk)?)?;
        *self = if size == 0 { Self::Trailers } else { Self::Data { left: size } };
        Ok(Decoded::Skip(line_feed + 1))
    }

    fn trailers(&mut self, bytes: &[u8]) -> Result<Decoded, BodyError> {
        if let [b'\r', b'\n', ..] = bytes {
            *self = Self::Done;
            return Ok(Decoded::Skip(2));
        }
        let window = bytes.get(..MAX_TRAILERS).unwrap_or(bytes);
        let Some(end) = crate::HeadEnd::default().find(window) else {
            return if window.len() == MAX_TRAILERS {
                Err(BodyError::Trailers)
            } else {
                Ok(Decoded::More)
            };
        };
        let trailers = parse_trailers(window.get(..end).unwrap_or_default())?;
        *self = Self::Done;
        Ok(Decoded::Trailers(end, Box::new(trailers)))
    }
}

/// The size that a line says. Extensions are passed over, if they are any (RFC 9112, section 7.1.1).
fn size_of(line: &[u8]) -> Result<u64, BodyError> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (size, extensions) = line.split_at_checked(digits).ok_or(BodyError::Chunk)?;
    if !(1..=MAX_DIGITS).contains(&digits) || !are_extensions(extensions) {
        return Err(BodyError::Chunk);
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map_or(0, u64::from);
    Ok(size.iter().fold(0, |size, byte| size * 16 + digit(byte)))
}

/// `;` and visible characters, with no line break in any disguise and no quote left open: some read on to its end.
fn are_extensions(bytes: &[u8]) -> bool {
    let after = bytes.trim_ascii_start();
    let visible = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
    let quotes = bytes.iter().filter(|byte| **byte == b'"').count();
    bytes.is_empty()
        || (after.starts_with(b";") && bytes.iter().all(visible) && quotes.is_multiple_of(2))
}

/// Whether a size line could begin so: what cannot is refused without waiting for its end.
fn may_begin(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_hexdigit)
}

fn parse_trailers(bytes: &[u8]) -> Result<HeaderMap, BodyError> {
    if !end_properly(bytes) {
        return Err(BodyError::Trailers);
    }
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let fields = match httparse::parse_headers(bytes, &mut fields) {
        Ok(httparse::Status::Complete((length, fields))) if length == bytes.len() => fields,
        Ok(_) | Err(_) => return Err(BodyError::Trailers),
    };
    let mut trailers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        let name = HeaderName::from_bytes(field.name.as_bytes());
        let value = HeaderValue::from_bytes(field.value);
        let (Ok(name), Ok(value)) = (name, value) else { return Err(BodyError::Trailers) };
        trailers.append(name, value);
    }
    Ok(trailers)
}

#[cfg(test)]
mod tests;
