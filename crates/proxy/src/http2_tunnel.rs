//! An HTTP/2 stream that carries bytes both ways: what an extended CONNECT leads to (RFC 8441).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use h2::{Reason, RecvStream, SendStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes that are handed over at once.
const PIECE: usize = 16 * 1024;

/// Both directions of a stream.
pub(crate) struct StreamTunnel {
    send: SendStream<Bytes>,
    receive: RecvStream,
    /// What has come and was not read yet.
    piece: Bytes,
    ended: bool,
}

impl StreamTunnel {
    pub(crate) const fn new(send: SendStream<Bytes>, receive: RecvStream) -> Self {
        Self { send, receive, piece: Bytes::new(), ended: false }
    }

    /// Says that nothing more is sent.
    fn end(&mut self) -> Result<(), h2::Error> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(());
        }
        self.send.send_data(Bytes::new(), true)
    }
}

impl Drop for StreamTunnel {
    fn drop(&mut self) {
        // Where the stream is gone, nobody is left to be told.
        let _told = self.end();
    }
}

impl AsyncRead for StreamTunnel {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.piece.is_empty() {
            match ready!(this.receive.poll_data(context)) {
                None => return Poll::Ready(Ok(())),
                Some(Ok(piece)) => this.piece = piece,
                Some(Err(error)) => {
                    let ends = matches!(error.reason(), Some(Reason::NO_ERROR | Reason::CANCEL));
                    return Poll::Ready(if ends { Ok(()) } else { Err(io::Error::other(error)) });
                }
            }
        }
        let count = this.piece.len().min(buffer.remaining());
        buffer.put_slice(this.piece.get(..count).unwrap_or_default());
        this.piece.advance(count);
        let released = this.receive.flow_control().release_capacity(count);
        Poll::Ready(released.map_err(io::Error::other))
    }
}

impl AsyncWrite for StreamTunnel {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        // Only where there is something to be sent: what is reserved is lost to other streams.
        this.send.reserve_capacity(bytes.len().min(PIECE));
        while this.send.capacity() == 0 {
            match ready!(this.send.poll_capacity(context)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                None => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            }
        }
        let piece = bytes.get(..this.send.capacity().min(PIECE)).unwrap_or(bytes);
        let sent = this.send.send_data(Bytes::copy_from_slice(piece), false);
        Poll::Ready(sent.map(|()| piece.len()).map_err(io::Error::other))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The connection flushes what it was handed.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.get_mut().end().map_err(io::Error::other))
    }
}
