//! A connection that is not read again before there is something to be read.
//!
//! Whoever speaks HTTP/2 asks for more with each thing that it does, and is told with some effort, through TLS, that there is none.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection.
pub(crate) struct Listening<S> {
    stream: S,
    ear: Arc<Ear>,
    waker: Waker,
    /// It was read to the end of what was there.
    waits: bool,
}

/// What is woken when there is more.
#[derive(Default)]
struct Ear {
    woken: AtomicBool,
    reader: AtomicWaker,
}

impl<S> Listening<S> {
    pub(crate) fn new(stream: S) -> Self {
        let ear = Arc::<Ear>::default();
        Self { stream, waker: Waker::from(Arc::clone(&ear)), ear, waits: false }
    }
}

impl Wake for Ear {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.reader.wake();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Listening<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.ear.reader.register(context.waker());
        if this.waits && !this.ear.woken.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        let read =
            Pin::new(&mut this.stream).poll_read(&mut Context::from_waker(&this.waker), buffer);
        this.waits = read.is_pending();
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Listening<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use tokio::io::{AsyncRead, ReadBuf};

    use super::Listening;

    /// Says for each read whether there is anything, and keeps whom to wake.
    struct Script {
        answers: Vec<bool>,
        reads: usize,
        waker: Option<Waker>,
    }

    impl AsyncRead for Script {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            _: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.reads += 1;
            self.waker = Some(context.waker().clone());
            if self.answers.remove(0) { Poll::Ready(Ok(())) } else { Poll::Pending }
        }
    }

    #[test]
    fn nothing_is_read_between_the_end_and_the_next_beginning() {
        let answers = vec![true, false, false, true, false];
        let mut listening = Listening::new(Script { answers, reads: 0, waker: None });
        let read = |listening: &mut Listening<Script>| {
            let mut context = Context::from_waker(Waker::noop());
            Pin::new(listening).poll_read(&mut context, &mut ReadBuf::new(&mut [])).is_ready()
        };
        assert!(read(&mut listening));
        assert!(!read(&mut listening) && !read(&mut listening) && !read(&mut listening));
        assert_eq!(listening.stream.reads, 2);
        listening.stream.waker.take().unwrap().wake();
        assert!(!read(&mut listening) && !read(&mut listening));
        assert_eq!(listening.stream.reads, 3, "it may be woken for nothing");
        listening.stream.waker.take().unwrap().wake();
        assert!(read(&mut listening) && !read(&mut listening));
        assert_eq!(listening.stream.reads, 5);
    }
}
