//! What was read from a connection and not yet used. An idle connection has no buffer: the thread lends it one while it is busy.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// Room at first.
const ROOM: usize = 16 * 1024;

/// Room for what comes in bulk.
const BULK: usize = 64 * 1024;

/// Rooms that a thread keeps for whoever needs one next.
const SPARE: usize = 256;

/// The same of those for what comes in bulk.
const SPARE_BULK: usize = 32;

thread_local! {
    static SPARES: RefCell<Spares> = RefCell::default();
}

#[derive(Default)]
struct Spares {
    rooms: Vec<Vec<u8>>,
    bulk: Vec<Vec<u8>>,
}

/// Bytes that were read and not yet used.
#[derive(Default)]
pub(crate) struct Buffer {
    /// Empty, or initialised as far as it is long.
    room: Vec<u8>,
    start: usize,
    end: usize,
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
        self.room.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether nothing is there.
    pub(crate) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Takes so many bytes away from the front.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Reads once, as long as no more than `most` bytes wait.
    pub(crate) fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        context: &mut Context<'_>,
        most: usize,
    ) -> Poll<io::Result<Filled>> {
        if self.end - self.start >= most {
            return Poll::Ready(Ok(Filled::Full));
        }
        self.make_room();
        let free = self.room.get_mut(self.end..).unwrap_or_default();
        let mut target = ReadBuf::new(free);
        ready!(Pin::new(stream).poll_read(context, &mut target))?;
        let count = target.filled().len();
        self.was_full = target.remaining() == 0;
        self.end += count;
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
        if self.room.is_empty() {
            self.room = room();
        } else if self.is_empty() && self.was_full && self.room.len() < BULK {
            give_back(std::mem::replace(&mut self.room, bulk()));
        } else if self.end == self.room.len() && self.start > 0 {
            self.room.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        } else if self.end == self.room.len() {
            self.room.resize((self.room.len() * 2).max(BULK), 0);
        }
    }
}

fn room() -> Vec<u8> {
    SPARES.with_borrow_mut(|spares| spares.rooms.pop()).unwrap_or_else(|| vec![0; ROOM])
}

fn bulk() -> Vec<u8> {
    SPARES.with_borrow_mut(|spares| spares.bulk.pop()).unwrap_or_else(|| vec![0; BULK])
}

fn give_back(room: Vec<u8>) {
    // A thread that is ending keeps nothing.
    let _kept = SPARES.try_with(|spares| {
        let spares = &mut *spares.borrow_mut();
        match room.len() {
            ROOM if spares.rooms.len() < SPARE => spares.rooms.push(room),
            BULK if spares.bulk.len() < SPARE_BULK => spares.bulk.push(room),
            _ => {}
        }
    });
}

impl Drop for Buffer {
    fn drop(&mut self) {
        (self.start, self.end) = (0, 0);
        self.rest();
    }
}

#[cfg(test)]
mod tests {
    use super::{BULK, Buffer, Filled, ROOM};

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
        let mut sizes = Vec::new();
        for _ in 0..3 {
            fill(&mut buffer, &bulk, usize::MAX).await;
            sizes.push(buffer.bytes().len());
        }
        assert_eq!(sizes, [ROOM, BULK, 2 * BULK]);
        buffer.consume(usize::MAX / 2);
        buffer.rest();
        assert!(buffer.room.is_empty());
        assert_eq!(fill(&mut buffer, b"again", 100).await, Filled::More);
        assert_eq!(buffer.bytes(), b"again");
    }
}
