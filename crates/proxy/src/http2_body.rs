//! The body of a visitor's request, as it comes in on an HTTP/2 stream.

use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use crossgate_http1::BodyLength;
use h2::RecvStream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue};

use crate::body_source::{BodyBroken, BodySource, Piece};

/// The body of a request.
pub(crate) struct StreamBody {
    /// Gone once all of it has come.
    stream: Option<RecvStream>,
    piece: Bytes,
    trailers: Option<Box<HeaderMap>>,
    length: BodyLength,
}

impl StreamBody {
    /// What comes on a stream, if anything does, after a head with these fields.
    pub(crate) fn new(stream: Option<RecvStream>, headers: &HeaderMap) -> Self {
        let stream = stream.filter(|stream| !stream.is_end_stream());
        let length = match &stream {
            None => BodyLength::None,
            Some(_) => match said_length(headers) {
                Some(0) => BodyLength::None,
                Some(length) => BodyLength::Exactly(length),
                None => BodyLength::Chunked,
            },
        };
        Self { stream, piece: Bytes::new(), trailers: None, length }
    }
}

/// The length that a head says, if it says one. That the body keeps to it is checked where it is read.
pub(crate) fn said_length(headers: &HeaderMap) -> Option<u64> {
    let number = |value: &HeaderValue| value.to_str().ok()?.parse::<u64>().ok();
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter().map(number);
    let first = lengths.next()??;
    lengths.all(|length| length == Some(first)).then_some(first)
}

fn broken(error: &h2::Error) -> BodyBroken {
    tracing::debug!(%error, "a body broke off");
    BodyBroken
}

impl BodySource for StreamBody {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        loop {
            if !self.piece.is_empty() {
                return Poll::Ready(Ok(Piece::Data));
            }
            let Some(stream) = &mut self.stream else { return Poll::Ready(Ok(Piece::End)) };
            match ready!(stream.poll_data(context)).transpose().map_err(|error| broken(&error))? {
                Some(piece) => {
                    let released = stream.flow_control().release_capacity(piece.len());
                    released.map_err(|error| broken(&error))?;
                    self.piece = piece;
                }
                None => {
                    let trailers = ready!(stream.poll_trailers(context));
                    self.trailers = trailers.map_err(|error| broken(&error))?.map(Box::new);
                    self.stream = None;
                }
            }
        }
    }

    fn data(&self) -> &[u8] {
        &self.piece
    }

    fn consume(&mut self, count: usize) {
        self.piece.advance(count.min(self.piece.len()));
    }

    fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        self.trailers.take()
    }

    fn is_over(&self) -> bool {
        self.piece.is_empty() && self.stream.as_ref().is_none_or(RecvStream::is_end_stream)
    }

    fn length(&self) -> BodyLength {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::CONTENT_LENGTH;

    use super::said_length;

    #[test]
    fn a_length_counts_if_all_that_is_said_agrees() {
        for (lines, expected) in [
            (&[][..], None),
            (&["5"], Some(5)),
            (&["5", "5"], Some(5)),
            (&["5", "6"], None),
            (&["5", "x"], None),
            (&["-5"], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CONTENT_LENGTH, line.parse().unwrap());
            }
            assert_eq!(said_length(&headers), expected, "{lines:?}");
        }
    }
}
