//! Bodies as they come in: piece by piece, never as a whole.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use crossgate_http1::{BodyDecoder, BodyError, BodyLength, Decoded};
use http::HeaderMap;
use http_body::Body;
use hyper::body::Incoming;

use crate::buffer::{Buffer, Filled};
use crate::byte_stream::ByteStream;

/// Most bytes of a body that wait in memory.
const WAITING: usize = 256 * 1024;

/// A body that comes in.
pub(crate) trait BodySource {
    /// Waits for the next piece.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>>;

    /// The piece that is there.
    fn data(&self) -> &[u8];

    /// Takes so many bytes of it away.
    fn consume(&mut self, count: usize);

    /// What came after the body.
    fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        None
    }

    /// Whether nothing is left, without waiting.
    fn is_over(&self) -> bool;

    /// Its length, where it is known beforehand.
    fn length(&self) -> BodyLength;

    /// Ready when whoever sends it has left, as far as can be told.
    fn poll_left(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// What a body has next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Bytes: see [`BodySource::data`].
    Data,
    /// Nothing more.
    End,
}

/// A body that ended early or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the body broke off")]
pub(crate) struct BodyBroken;

/// An HTTP/1.1 connection: what is sent and received on it.
pub(crate) struct Http1 {
    pub(crate) stream: ByteStream,
    pub(crate) input: Buffer,
}

/// The body that comes in on an HTTP/1.1 connection.
pub(crate) struct Http1Body {
    pub(crate) length: BodyLength,
    decoder: BodyDecoder,
    /// Bytes of the body at the front of the buffer.
    available: usize,
    trailers: Option<Box<HeaderMap>>,
}

impl Http1 {
    pub(crate) fn new(stream: ByteStream) -> Self {
        Self { stream, input: Buffer::default() }
    }
}

impl Http1Body {
    pub(crate) const fn new(length: BodyLength) -> Self {
        Self { length, decoder: BodyDecoder::new(length), available: 0, trailers: None }
    }

    /// Waits for the next piece on its connection.
    pub(crate) fn poll_piece(
        &mut self,
        connection: &mut Http1,
        context: &mut Context<'_>,
    ) -> Poll<Result<Piece, BodyBroken>> {
        loop {
            if self.available > 0 {
                return Poll::Ready(Ok(Piece::Data));
            }
            match self.decoder.decode(connection.input.bytes()).map_err(broken)? {
                Decoded::Data(count) => self.available = count,
                Decoded::Skip(count) => connection.input.consume(count),
                Decoded::Trailers(count, trailers) => {
                    connection.input.consume(count);
                    self.trailers = Some(trailers);
                }
                Decoded::End => return Poll::Ready(Ok(Piece::End)),
                Decoded::More => {
                    let Http1 { stream, input } = connection;
                    match ready!(input.poll_fill(stream, context, WAITING)) {
                        Ok(Filled::More) => {}
                        Ok(Filled::End) => self.decoder.end_of_connection().map_err(broken)?,
                        Ok(Filled::Full) | Err(_) => return Poll::Ready(Err(BodyBroken)),
                    }
                }
            }
        }
    }

    pub(crate) fn data<'c>(&self, connection: &'c Http1) -> &'c [u8] {
        connection.input.bytes().get(..self.available).unwrap_or_default()
    }

    pub(crate) fn consume(&mut self, connection: &mut Http1, count: usize) {
        let count = count.min(self.available);
        connection.input.consume(count);
        self.available -= count;
    }

    pub(crate) fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        self.trailers.take()
    }

    /// Whether all of it was taken.
    pub(crate) const fn is_over(&self) -> bool {
        self.available == 0 && self.decoder.is_done()
    }
}

fn broken(error: BodyError) -> BodyBroken {
    tracing::debug!(%error, "a body cannot be read");
    BodyBroken
}

/// The body that comes in on an HTTP/2 stream.
pub(crate) struct Http2Body {
    incoming: Incoming,
    piece: Bytes,
    trailers: Option<Box<HeaderMap>>,
}

impl Http2Body {
    pub(crate) fn new(incoming: Incoming) -> Self {
        Self { incoming, piece: Bytes::new(), trailers: None }
    }

    /// The piece that is there, as a whole.
    pub(crate) fn take_piece(&mut self) -> Bytes {
        std::mem::take(&mut self.piece)
    }
}

impl BodySource for Http2Body {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        loop {
            if !self.piece.is_empty() {
                return Poll::Ready(Ok(Piece::Data));
            }
            let frame = match ready!(Pin::new(&mut self.incoming).poll_frame(context)) {
                None => return Poll::Ready(Ok(Piece::End)),
                Some(Err(error)) => {
                    tracing::debug!(%error, "a body broke off");
                    return Poll::Ready(Err(BodyBroken));
                }
                Some(Ok(frame)) => frame,
            };
            match frame.into_data() {
                Ok(data) => self.piece = data,
                Err(frame) => self.trailers = frame.into_trailers().ok().map(Box::new),
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
        self.piece.is_empty() && self.incoming.is_end_stream()
    }

    fn length(&self) -> BodyLength {
        match self.incoming.size_hint().exact() {
            Some(0) => BodyLength::None,
            Some(length) => BodyLength::Exactly(length),
            None => BodyLength::Chunked,
        }
    }
}

/// Keeps a body back: nothing of it is sent on.
pub(crate) struct Withheld<'b, S>(pub(crate) &'b mut S);

impl<S: BodySource> BodySource for Withheld<'_, S> {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        Poll::Ready(Ok(Piece::End))
    }

    fn data(&self) -> &[u8] {
        &[]
    }

    fn consume(&mut self, _: usize) {}

    fn is_over(&self) -> bool {
        true
    }

    fn length(&self) -> BodyLength {
        BodyLength::None
    }

    fn poll_left(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.0.poll_left(context)
    }
}

/// No body at all.
pub(crate) struct NoBody;

impl BodySource for NoBody {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Result<Piece, BodyBroken>> {
        Poll::Ready(Ok(Piece::End))
    }

    fn data(&self) -> &[u8] {
        &[]
    }

    fn consume(&mut self, _: usize) {}

    fn is_over(&self) -> bool {
        true
    }

    fn length(&self) -> BodyLength {
        BodyLength::None
    }
}
