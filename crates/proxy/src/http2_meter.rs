//! An HTTP/2 connection under a meter: who does too much in vain is told to calm down, and the connection ends.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crossgate_frames::http2::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, FrameHead, FrameHeads, GOAWAY, HEADERS, PING,
    PRIORITY, PRIORITY_UPDATE, PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::http2_budget::{Budget, Vain};
use crate::listening::Listening;
use crate::patience::Patience;
use crate::rewound::Rewound;

/// `ENHANCE_YOUR_CALM` (RFC 9113, section 7).
const ENHANCE_YOUR_CALM: u32 = 11;

/// How long whoever did too much is left waiting before it is told so. It would only come back at once, with a handshake that costs more than
/// all it did before.
const PENANCE: Duration = Duration::from_secs(1);

/// How long, and how much, is still taken from whoever was told to calm down, so that it gets to read that.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 1 << 20;

/// A connection under a meter.
pub(crate) struct Metered {
    stream: Listening<Rewound>,
    patience: Patience,
    meter: Rc<Meter>,
    /// Until when nothing is read any more, of whoever did too much.
    penance: Option<Instant>,
    /// What is left to be said before the end.
    last_words: Option<LastWords>,
}

struct LastWords {
    goaway: [u8; 17],
    written: usize,
    deadline: Instant,
    left: usize,
}

/// What was seen on a connection.
pub(crate) struct Meter {
    counted: RefCell<Counted>,
    overspent: Cell<Option<Vain>>,
    /// The code of a GOAWAY that was sent.
    goaway: Cell<Option<u32>>,
    /// When a piece of a body last went to the visitor.
    progress: Cell<Instant>,
    /// When anything last came.
    heard: Cell<Instant>,
}

struct Counted {
    budget: Budget,
    received: FrameHeads,
    sent: FrameHeads,
    last_stream: u32,
}

impl Meter {
    pub(crate) fn new() -> Rc<Self> {
        let counted = Counted {
            budget: Budget::default(),
            received: FrameHeads::of_client(),
            sent: FrameHeads::default(),
            last_stream: 0,
        };
        Rc::new(Self {
            counted: RefCell::new(counted),
            overspent: Cell::new(None),
            goaway: Cell::new(None),
            progress: Cell::new(Instant::now()),
            heard: Cell::new(Instant::now()),
        })
    }

    /// Why the connection was ended for what the visitor did, if it was.
    pub(crate) fn cut_for(&self) -> Option<&'static str> {
        let of_protocol = match self.goaway.get() {
            None | Some(0) => None,
            Some(ENHANCE_YOUR_CALM) => Some("http2-flood"),
            Some(_) => Some("http2-protocol-error"),
        };
        self.overspent.get().map(Vain::reason).or(of_protocol)
    }

    const fn is_overspent(&self) -> bool {
        self.overspent.get().is_some()
    }

    /// When a piece of a body last went to the visitor.
    pub(crate) const fn progress(&self) -> Instant {
        self.progress.get()
    }

    /// When anything last came from the visitor.
    pub(crate) const fn heard(&self) -> Instant {
        self.heard.get()
    }

    fn received(&self, bytes: &[u8], now: Instant) {
        self.heard.set(now);
        let Counted { budget, received, last_stream, .. } = &mut *self.counted.borrow_mut();
        received.pass(bytes, |head| {
            if head.kind == HEADERS {
                *last_stream = head.stream.max(*last_stream);
            }
            if head.kind == DATA && head.length > 0 {
                budget.data(head.length);
            }
            if let Some(vain) = vain_of(head)
                && budget.spend(vain, now).is_err()
            {
                self.overspent.set(Some(vain));
            }
        });
    }

    fn sent(&self, bytes: &[u8], now: Instant) {
        let Counted { budget, sent, .. } = &mut *self.counted.borrow_mut();
        sent.pass(bytes, |head| match head.kind {
            DATA | HEADERS => {
                if head.kind == DATA {
                    budget.data(head.length);
                    self.progress.set(now);
                }
                if head.flags & END_STREAM != 0 {
                    budget.answered();
                }
            }
            RST_STREAM if head.error.is_some_and(is_the_visitors_fault) => {
                let spent = budget.spend(Vain::Reset, now);
                self.overspent.set(spent.err().or_else(|| self.overspent.get()));
            }
            GOAWAY => self.goaway.set(head.error),
            _ => {}
        });
    }

    /// GOAWAY, if it can be said where the connection is: not within a frame.
    fn goaway(&self) -> Option<[u8; 17]> {
        let counted = self.counted.borrow();
        let [s1, s2, s3, s4] = counted.last_stream.to_be_bytes();
        let [e1, e2, e3, e4] = ENHANCE_YOUR_CALM.to_be_bytes();
        counted
            .sent
            .is_between_frames()
            .then_some([0, 0, 8, GOAWAY, 0, 0, 0, 0, 0, s1, s2, s3, s4, e1, e2, e3, e4])
    }
}

/// What a frame of a visitor's is counted under, if it is nothing that answers are made of.
const fn vain_of(head: FrameHead) -> Option<Vain> {
    let FrameHead { length, kind, flags, .. } = head;
    match kind {
        DATA if length == 0 && flags & END_STREAM == 0 => Some(Vain::Empty),
        HEADERS if length == 0 && flags & END_HEADERS == 0 => Some(Vain::Empty),
        CONTINUATION if length == 0 => Some(Vain::Empty),
        CONTINUATION => Some(Vain::Continuation),
        SETTINGS => Some(Vain::Settings),
        PING => Some(Vain::Ping),
        PRIORITY | PRIORITY_UPDATE => Some(Vain::Priority),
        RST_STREAM => Some(Vain::Reset),
        WINDOW_UPDATE => Some(Vain::WindowUpdate),
        DATA | HEADERS | PUSH_PROMISE | GOAWAY => None,
        _ => Some(Vain::Unknown),
    }
}

/// Error codes of streams that only a visitor's own doing leads to: `PROTOCOL_ERROR`, `FLOW_CONTROL_ERROR`, `STREAM_CLOSED`,
/// `FRAME_SIZE_ERROR`, `REFUSED_STREAM` for more than may be open at once, `COMPRESSION_ERROR`, `ENHANCE_YOUR_CALM`.
const fn is_the_visitors_fault(error: u32) -> bool {
    matches!(error, 1 | 3 | 5 | 6 | 7 | 9 | ENHANCE_YOUR_CALM)
}

impl Metered {
    pub(crate) fn new(stream: Rewound, meter: Rc<Meter>) -> Self {
        let stream = Listening::new(stream);
        Self { stream, patience: Patience::default(), meter, penance: None, last_words: None }
    }

    /// Reads nothing for a while, then says GOAWAY and takes what still comes. Ready when that is over. Answers under way are not kept from
    /// the visitor until then.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.last_words.is_none() {
            let penance = *self.penance.get_or_insert_with(|| Instant::now() + PENANCE);
            ready!(self.patience.poll(context, penance));
        }
        self.poll_last_words(context)
    }

    fn poll_last_words(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Self { stream, patience, meter, last_words, .. } = self;
        let goaway = meter.goaway();
        let words = last_words.get_or_insert_with(|| LastWords {
            written: if goaway.is_some() { 0 } else { usize::MAX },
            goaway: goaway.unwrap_or_default(),
            deadline: Instant::now() + LINGER,
            left: LINGER_BYTES,
        });
        if patience.poll(context, words.deadline).is_ready() {
            return Poll::Ready(());
        }
        while let Some(rest) = words.goaway.get(words.written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut *stream).poll_write(context, rest)) {
                Ok(count) if count > 0 => words.written += count,
                _ => return Poll::Ready(()),
            }
        }
        if ready!(Pin::new(&mut *stream).poll_shutdown(context)).is_err() {
            return Poll::Ready(());
        }
        let mut room = [0; 4096];
        while words.left > 0 {
            let mut taken = ReadBuf::new(&mut room);
            let read = ready!(Pin::new(&mut *stream).poll_read(context, &mut taken));
            let count = taken.filled().len();
            if read.is_err() || count == 0 {
                return Poll::Ready(());
            }
            words.left = words.left.saturating_sub(count);
        }
        Poll::Ready(())
    }

    fn ended() -> io::Error {
        io::Error::new(io::ErrorKind::ConnectionAborted, "too much was done in vain")
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.meter.is_overspent() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
            let new = buffer.filled().get(before..).unwrap_or_default();
            this.meter.received(new, Instant::now());
            if !this.meter.is_overspent() {
                return Poll::Ready(Ok(()));
            }
            // Nobody is to work on these any more.
            buffer.set_filled(before);
        }
        ready!(this.poll_end(context));
        Poll::Ready(Err(Self::ended()))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.last_words.is_some() {
            // The reading half ends the connection in a moment.
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let count = ready!(Pin::new(&mut this.stream).poll_write_vectored(context, slices))?;
        let (mut left, now) = (count, Instant::now());
        for slice in slices {
            let written = left.min(slice.len());
            this.meter.sent(slice.get(..written).unwrap_or_default(), now);
            left -= written;
        }
        if this.meter.is_overspent() {
            // It is the reading half that ends the connection, and it may be waiting.
            context.waker().wake_by_ref();
        }
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
