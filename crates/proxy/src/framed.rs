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

/// Told of the first end of a tunnel's two directions.
#[derive(Default)]
pub(crate) struct Ends {
    /// Nothing more comes from a side.
    pub(crate) came: Notify,
    /// The other side has got all of it, and been told.
    pub(crate) passed_on: Notify,
}

/// A side of a tunnel: knows how far the frame has come that is written to it.
pub(crate) struct Framed<S> {
    stream: S,
    side: Side,
    frames: Frames,
    ends: Rc<Ends>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Framed<S> {
    pub(crate) fn new(stream: S, side: Side, ends: &Rc<Ends>) -> Self {
        Self { stream, side, frames: Frames::default(), ends: Rc::clone(ends) }
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
            self.ends.came.notify_one();
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
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        self.ends.passed_on.notify_one();
        Poll::Ready(Ok(()))
    }
}
