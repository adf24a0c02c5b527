//! Visitors who ask and do not read: what waits to be sent to them may not wait for ever.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use crate::crowd::Place;
use crate::cut::SLOW_READER;
use crate::server::Worker;

/// A connection that breaks when nothing could be written for too long.
pub(crate) struct Stalling {
    stream: TcpStream,
    /// The longest time in which the peer takes nothing.
    pause: Duration,
    worker: Rc<Worker>,
    _place: Place,
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
}

impl Stalling {
    /// A connection and its place, which is its own until it is closed, whoever has it then.
    pub(crate) fn new(stream: TcpStream, place: Place, worker: Rc<Worker>) -> Self {
        let pause = worker.limits.write_pause;
        Self { stream, pause, worker, _place: place, timer: None, waiting: false }
    }

    fn check(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.waiting = false;
            return written;
        }
        let pause = self.pause;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(pause)));
        if !self.waiting {
            timer.as_mut().reset(Instant::now() + pause);
            self.waiting = true;
        }
        ready!(timer.as_mut().poll(context));
        self.worker.gateway.connection_cut(SLOW_READER);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Stalling {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stalling {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.check(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
