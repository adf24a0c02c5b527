//! What was read from a connection and not yet used. A connection that waits has no buffer: the thread lends it one for what comes.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// Room at first.
const ROOM: usize = 16 * 1024;

/// Room for what comes in bulk.
const BULK: usize = 256 * 1024;

/// Rooms that a thread keeps for whoever needs one next. Few are in use at once: who waits for bytes has none.
const SPARE: usize = 32;

/// The same of those for what comes in bulk.
const SPARE_BULK: usize = 8;

/// Most rooms for what comes in bulk that a thread has in use: visitors who are slow to read do not get to hold more.
const MOST_BULK: usize = 64;

thread_local! {
    static SPARES: RefCell<Spares> = RefCell::default();
}

#[derive(Default)]
struct Spares {
    rooms: Vec<Vec<u8>>,
    bulk: Vec<Vec<u8>>,
    bulk_in_use: usize,
}

/// Bytes that were read and not yet used.
#[derive(Default)]
pub(crate) struct Buffer {
    room: Vec<u8>,
    /// Where in `room` that begins which is not yet used.
    start: usize,
    /// The last read took all the room that there was.
    was_full: bool,
}

/// What came of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// There is more than before.
    More,
    /// Nothing will come any more.
    End,
    /// As much is waiting as may wait.
    Full,
}

impl Buffer {
    /// What is there.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.room.get(self.start..).unwrap_or_default()
    }

    /// Whether nothing is there.
    pub(crate) const fn is_empty(&self) -> bool {
        self.start == self.room.len()
    }

    /// Takes so many bytes away from the front.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.room.len());
        if self.is_empty() {
            self.start = 0;
            self.room.clear();
        }
    }

    /// Reads once, as long as no more than `most` bytes wait.
    pub(crate) fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        context: &mut Context<'_>,
        most: usize,
    ) -> Poll<io::Result<Filled>> {
        if self.bytes().len() >= most {
            return Poll::Ready(Ok(Filled::Full));
        }
        self.make_room();
        let read = poll_read_buf(Pin::new(stream), context, &mut self.room);
        // In bulk, more is about to come: that room is kept until it rests.
        if read.is_pending() && self.is_empty() && self.room.capacity() == ROOM {
            give_back(std::mem::take(&mut self.room));
        }
        let count = ready!(read)?;
        self.was_full = self.room.len() == self.room.capacity();
        Poll::Ready(Ok(if count == 0 { Filled::End } else { Filled::More }))
    }

    /// Gives the room back if nothing is in it.
    pub(crate) fn rest(&mut self) {
        if self.is_empty() {
            self.was_full = false;
            give_back(std::mem::take(&mut self.room));
        }
    }

    fn make_room(&mut self) {
        if self.room.capacity() == 0 {
            self.room = room();
        } else if self.is_empty() && self.was_full && self.room.capacity() < BULK {
            if let Some(bulk) = bulk() {
                give_back(std::mem::replace(&mut self.room, bulk));
            }
        } else if self.room.len() == self.room.capacity() && self.start > 0 {
            self.room.drain(..self.start);
            self.start = 0;
        } else if self.room.len() == self.room.capacity() {
            self.room.reserve_exact(self.room.len());
        }
    }
}

fn room() -> Vec<u8> {
    SPARES.with_borrow_mut(|spares| spares.rooms.pop()).unwrap_or_else(|| Vec::with_capacity(ROOM))
}

fn bulk() -> Option<Vec<u8>> {
    SPARES.with_borrow_mut(|spares| {
        let may = spares.bulk_in_use < MOST_BULK;
        spares.bulk_in_use += usize::from(may);
        may.then(|| spares.bulk.pop().unwrap_or_else(|| Vec::with_capacity(BULK)))
    })
}

fn give_back(mut room: Vec<u8>) {
    room.clear();
    // A thread that is ending keeps nothing.
    let _kept = SPARES.try_with(|spares| {
        let spares = &mut *spares.borrow_mut();
        match room.capacity() {
            ROOM if spares.rooms.len() < SPARE => spares.rooms.push(room),
            BULK => {
                spares.bulk_in_use = spares.bulk_in_use.saturating_sub(1);
                if spares.bulk.len() < SPARE_BULK {
                    spares.bulk.push(room);
                }
            }
            _ => {}
        }
    });
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.consume(usize::MAX);
        self.rest();
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use tokio::io::AsyncWriteExt as _;

    use super::{BULK, Buffer, Filled, MOST_BULK, ROOM};

    async fn fill(buffer: &mut Buffer, mut bytes: &[u8], most: usize) -> Filled {
        std::future::poll_fn(|context| buffer.poll_fill(&mut bytes, context, most)).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_read_is_used_from_the_front() {
        let mut buffer = Buffer::default();
        assert_eq!(fill(&mut buffer, b"hello", 100).await, Filled::More);
        buffer.consume(2);
        assert_eq!(fill(&mut buffer, b" world", 100).await, Filled::More);
        assert_eq!(buffer.bytes(), b"llo world");
        buffer.consume(100);
        assert!(buffer.is_empty());
        assert_eq!(fill(&mut buffer, b"", 100).await, Filled::End);
    }

    #[tokio::test]
    async fn no_more_waits_than_may() {
        let mut buffer = Buffer::default();
        assert_eq!(fill(&mut buffer, b"hello", 5).await, Filled::More);
        assert_eq!(fill(&mut buffer, b"x", 5).await, Filled::Full);
        assert_eq!(buffer.bytes(), b"hello");
    }

    #[tokio::test]
    async fn room_grows_for_what_comes_in_bulk_and_is_given_back() {
        let mut buffer = Buffer::default();
        let bulk = vec![1; 2 * BULK];
        fill(&mut buffer, &bulk, usize::MAX).await;
        assert_eq!(buffer.bytes().len(), ROOM);
        buffer.consume(ROOM);
        fill(&mut buffer, &bulk, usize::MAX).await;
        assert_eq!(buffer.bytes().len(), BULK);
        buffer.consume(BULK);
        buffer.rest();
        assert_eq!(buffer.room.capacity(), 0);
        assert_eq!(fill(&mut buffer, b"again", 100).await, Filled::More);
        assert_eq!(buffer.bytes(), b"again");
    }

    #[tokio::test]
    async fn room_doubles_for_a_message_that_does_not_fit() {
        let mut buffer = Buffer::default();
        let long = vec![1; 4 * ROOM];
        let mut sizes = Vec::new();
        for _ in 0..3 {
            fill(&mut buffer, &long, 4 * ROOM).await;
            sizes.push(buffer.bytes().len());
        }
        assert_eq!(sizes, [ROOM, 2 * ROOM, 4 * ROOM]);
        assert_eq!(fill(&mut buffer, &long, 4 * ROOM).await, Filled::Full);
    }

    #[tokio::test]
    async fn who_waits_holds_no_room_but_for_what_he_has_not_used() {
        let (mut near, mut far) = tokio::io::duplex(64);
        let mut buffer = Buffer::default();
        let mut context = Context::from_waker(Waker::noop());
        assert!(buffer.poll_fill(&mut far, &mut context, 100).is_pending());
        assert_eq!(buffer.room.capacity(), 0);
        near.write_all(b"half").await.unwrap();
        assert!(buffer.poll_fill(&mut far, &mut context, 100).is_ready());
        assert!(buffer.poll_fill(&mut far, &mut context, 100).is_pending());
        assert_eq!(buffer.bytes(), b"half");
    }

    #[tokio::test]
    async fn many_at_once_share_what_there_is_for_bulk() {
        let bulk = vec![1; BULK];
        let mut buffers = Vec::new();
        for _ in 0..MOST_BULK + 10 {
            let mut buffer = Buffer::default();
            fill(&mut buffer, &bulk, usize::MAX).await;
            buffer.consume(ROOM);
            fill(&mut buffer, &bulk, usize::MAX).await;
            buffers.push(buffer);
        }
        let large = |buffers: &[Buffer]| {
            buffers.iter().filter(|buffer| buffer.room.capacity() == BULK).count()
        };
        assert_eq!(large(&buffers), MOST_BULK);
        buffers.drain(..5);
        for buffer in &mut buffers {
            buffer.consume(usize::MAX);
            fill(buffer, &bulk, usize::MAX).await;
        }
        assert_eq!(large(&buffers), MOST_BULK, "those that were given back are used by others");
    }
}
