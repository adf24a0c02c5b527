//! A side of a tunnel that can be closed from the middle.
//!
//! A tunnel passes bytes on and reads none of them, but for this: a Close frame can be put between two frames only.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use crossgate_frames::web_socket::{CloseCode, Frames, Side, close_frame};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::Notify;

/// A side of a tunnel: knows how far the frame has come that is written to it.
pub(crate) struct Framed<S> {
    stream: S,
    side: Side,
    frames: Frames,
    /// Told once nothing more comes from it.
    ended: Rc<Notify>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Framed<S> {
    pub(crate) fn new(stream: S, side: Side, ended: &Rc<Notify>) -> Self {
        Self { stream, side, frames: Frames::default(), ended: Rc::clone(ended) }
    }

    /// Says why the WebSocket ends, unless a frame is unfinished or it was closed already, and ends what is written.
    pub(crate) async fn close(&mut self, code: CloseCode) -> io::Result<()> {
        if self.frames.is_between() && !self.frames.is_closed() {
            let frame = close_frame(self.side, code, fresh_mask());
            self.stream.write_all(&frame).await?;
        }
        self.stream.shutdown().await
    }
}

/// Without randomness the mask is zero, which hides as little from the upstream's proxies as the two bytes hold.
fn fresh_mask() -> [u8; 4] {
    let mut mask = [0; 4];
    let _random = aws_lc_rs::rand::fill(&mut mask);
    mask
}

impl<S: AsyncRead + Unpin> AsyncRead for Framed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() == before && buffer.remaining() > 0 {
            self.ended.notify_one();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Framed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.frames.pass(bytes.get(..count).unwrap_or_default());
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
