//! The body of a message, taken out of the bytes that carry it.

use http::HeaderMap;

use crate::chunked::Chunked;
use crate::{BodyError, BodyLength};

/// Takes a body out of the bytes that carry it, which stay where they are.
#[derive(Debug)]
pub struct BodyDecoder(State);

#[derive(Debug)]
enum State {
    Exactly { left: u64 },
    Chunked(Chunked),
    UntilClose,
}

/// What stands at the beginning of the bytes that were shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded {
    /// So many bytes of the body.
    Data(usize),
    /// The body is through; the bytes are the next message's.
    End,
    /// Nothing that can be told yet: more bytes are needed.
    More,
    /// So many bytes that are not the body's.
    Skip(usize),
    /// So many bytes that are the trailers.
    Trailers(usize, Box<HeaderMap>),
}

impl BodyDecoder {
    /// For a body of this length.
    #[must_use]
    pub const fn new(length: BodyLength) -> Self {
        Self(match length {
            BodyLength::None => State::Exactly { left: 0 },
            BodyLength::Exactly(left) => State::Exactly { left },
            BodyLength::Chunked => State::Chunked(Chunked::Size),
            BodyLength::UntilClose => State::UntilClose,
        })
    }

    /// Says what `bytes` begin with, and takes it as read. The next call gets the bytes that follow.
    ///
    /// # Errors
    /// The coding is broken. Nothing can be read from the connection any more.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Decoded, BodyError> {
        match &mut self.0 {
            State::Exactly { left: 0 } => Ok(Decoded::End),
            State::Exactly { left } => {
                let length = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= length as u64;
                Ok(if length == 0 { Decoded::More } else { Decoded::Data(length) })
            }
            State::Chunked(chunked) => chunked.decode(bytes),
            State::UntilClose if bytes.is_empty() => Ok(Decoded::More),
            State::UntilClose => Ok(Decoded::Data(bytes.len())),
        }
    }

    /// Whether the body is through without another byte.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.0, State::Exactly { left: 0 } | State::Chunked(Chunked::Done))
    }

    /// Takes note that no more bytes will come.
    ///
    /// # Errors
    /// The body is not through.
    pub fn end_of_connection(&mut self) -> Result<(), BodyError> {
        if matches!(self.0, State::UntilClose) {
            self.0 = State::Exactly { left: 0 };
        }
        if self.is_done() { Ok(()) } else { Err(BodyError::Incomplete) }
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyDecoder, Decoded};
    use crate::{BodyError, BodyLength};

    #[test]
    fn a_body_of_known_length_ends_there() {
        let mut decoder = BodyDecoder::new(BodyLength::Exactly(5));
        assert_eq!(decoder.decode(b"hel"), Ok(Decoded::Data(3)));
        assert_eq!(decoder.decode(b""), Ok(Decoded::More));
        assert_eq!(decoder.end_of_connection(), Err(BodyError::Incomplete));
        assert_eq!(decoder.decode(b"loGET /"), Ok(Decoded::Data(2)));
        assert!(decoder.is_done());
        assert_eq!(decoder.decode(b"GET /"), Ok(Decoded::End));
    }

    #[test]
    fn a_body_without_a_length_ends_with_the_connection() {
        let mut decoder = BodyDecoder::new(BodyLength::UntilClose);
        assert_eq!(decoder.decode(b"abc"), Ok(Decoded::Data(3)));
        assert_eq!(decoder.decode(b""), Ok(Decoded::More));
        assert!(!decoder.is_done());
        assert_eq!(decoder.end_of_connection(), Ok(()));
        assert_eq!(decoder.decode(b""), Ok(Decoded::End));
    }

    #[test]
    fn no_body_is_through_at_once() {
        assert!(BodyDecoder::new(BodyLength::None).is_done());
        assert!(BodyDecoder::new(BodyLength::Exactly(0)).is_done());
    }
}
