//! A message on its way out on an HTTP/1.1 connection: its head is staged, its body follows as it comes in from elsewhere.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use crossgate_http1::{BodyLength, write};
use http::HeaderMap;
use tokio::io::AsyncWrite;

use crate::body_source::{BodySource, Piece};
use crate::byte_stream::ByteStream;

/// How much waits in the stage before more of a body is taken.
const STAGE: usize = 16 * 1024;

/// Stages that a thread keeps for whoever needs one next.
const SPARE: usize = 256;

thread_local! {
    static SPARES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A message on its way out.
#[derive(Default)]
pub(crate) struct Outgoing {
    staged: Vec<u8>,
    /// How much of the stage is out.
    written: usize,
    /// Bytes that were staged and are out.
    sent: u64,
    /// Bytes of the body that were taken.
    taken: u64,
    chunked: bool,
    ended: bool,
    /// The body broke off: what came of it goes out, and nothing more.
    broken: bool,
    /// Whether the last wait was for the body, not for the connection.
    waits_for_body: bool,
}

/// Which side of a transfer broke.
#[derive(Debug)]
pub(crate) enum TransferError {
    /// The body did not come.
    From,
    /// It could not be written.
    To(io::Error),
}

impl Outgoing {
    /// Begins a message: `head` is written to the stage, the body is framed as `length` says.
    pub(crate) fn begin(&mut self, length: BodyLength, head: impl FnOnce(&mut Vec<u8>)) {
        if self.staged.capacity() == 0 {
            self.staged = SPARES.with_borrow_mut(Vec::pop).unwrap_or_default();
        }
        self.staged.clear();
        self.written = 0;
        self.sent = 0;
        self.taken = 0;
        self.chunked = length == BodyLength::Chunked;
        self.ended = false;
        self.broken = false;
        self.waits_for_body = false;
        head(&mut self.staged);
    }

    /// Whether nothing was written, and nothing of the body was taken.
    pub(crate) const fn is_untouched(&self) -> bool {
        self.sent == 0 && self.taken == 0
    }

    /// Bytes that went out or were taken of the body: it grows as long as there is progress.
    pub(crate) const fn progress(&self) -> u64 {
        self.taken + self.sent
    }

    /// Gives the stage back until the next message.
    pub(crate) fn rest(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        if (1..=4 * STAGE).contains(&staged.capacity()) {
            SPARES.with_borrow_mut(|spares| {
                if spares.len() < SPARE {
                    spares.push(staged);
                }
            });
        }
    }

    /// Whether the last wait was for the body, not for the connection.
    pub(crate) const fn waits_for_body(&self) -> bool {
        self.waits_for_body
    }

    /// Writes on until all is out. What trailers may say is up to `allowed`.
    pub(crate) fn poll_send<S: BodySource>(
        &mut self,
        body: &mut S,
        stream: &mut ByteStream,
        allowed: fn(&mut HeaderMap),
        context: &mut Context<'_>,
    ) -> Poll<Result<(), TransferError>> {
        loop {
            let has_piece = self.poll_stage(body, allowed, context);
            let staged = self.staged.get(self.written..).unwrap_or_default();
            let piece = if has_piece { body.data() } else { &[] };
            if staged.is_empty() && piece.is_empty() {
                let flushed =
                    Pin::new(&mut *stream).poll_flush(context).map_err(TransferError::To)?;
                if flushed.is_pending() {
                    self.waits_for_body = false;
                    return Poll::Pending;
                }
                if self.broken {
                    return Poll::Ready(Err(TransferError::From));
                }
                self.waits_for_body = !self.ended;
                return if self.ended { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            let written = if piece.is_empty() {
                Pin::new(&mut *stream).poll_write(context, staged)
            } else if staged.is_empty() {
                Pin::new(&mut *stream).poll_write(context, piece)
            } else {
                let both = [IoSlice::new(staged), IoSlice::new(piece)];
                Pin::new(&mut *stream).poll_write_vectored(context, &both)
            };
            let of_staged = staged.len();
            match written {
                Poll::Pending => {
                    self.waits_for_body = false;
                    return Poll::Pending;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(TransferError::To(error))),
                Poll::Ready(Ok(0)) => {
                    let error = io::ErrorKind::WriteZero.into();
                    return Poll::Ready(Err(TransferError::To(error)));
                }
                Poll::Ready(Ok(count)) => {
                    let of_piece = count.saturating_sub(of_staged);
                    self.written += count - of_piece;
                    self.sent += (count - of_piece) as u64;
                    self.taken += of_piece as u64;
                    body.consume(of_piece);
                }
            }
        }
    }

    /// Takes what is there of the body, and stages it if it is chunked. Returns whether there is a piece that can be written as it is.
    fn poll_stage<S: BodySource>(
        &mut self,
        body: &mut S,
        allowed: fn(&mut HeaderMap),
        context: &mut Context<'_>,
    ) -> bool {
        // Whatever is out is forgotten, a head as well as chunks: what waits counts, not what has been through.
        if self.written == self.staged.len() || self.written >= STAGE {
            self.staged.drain(..self.written);
            self.written = 0;
        }
        while !self.ended && !self.broken && self.staged.len() - self.written < STAGE {
            match body.poll_piece(context) {
                Poll::Pending => return false,
                Poll::Ready(Err(_)) => self.broken = true,
                Poll::Ready(Ok(Piece::Data)) if !self.chunked => return true,
                Poll::Ready(Ok(Piece::Data)) => {
                    let data = body.data();
                    write::chunk(&mut self.staged, data);
                    let count = data.len();
                    self.taken += count as u64;
                    body.consume(count);
                }
                Poll::Ready(Ok(Piece::End)) => {
                    self.ended = true;
                    if self.chunked {
                        let mut trailers = body.take_trailers();
                        if let Some(trailers) = trailers.as_deref_mut() {
                            allowed(trailers);
                        }
                        write::last_chunk(&mut self.staged, trailers.as_deref());
                    }
                }
            }
        }
        false
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.rest();
    }
}
