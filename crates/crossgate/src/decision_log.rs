//! The decision log: one JSON line a decision on standard output.
//!
//! A request leaves a [`Line`] in its thread's queue and goes on; a thread of its own formats and writes. Queues are bounded: when the
//! reader of the log cannot keep up, lines are dropped and counted, and no request waits.

mod json_line;
mod line;
mod packed;

use std::cell::RefCell;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

pub(crate) use line::{Cors, Line, Timestamp};

use crate::cors_telemetry::CorsTelemetry;

/// Bytes of a thread's queue at most: some ten thousand lines.
const QUEUE: usize = 4 << 20;

/// Bytes of its queue for every day, which is what lines wait in while the writer rests. It stays in the processor's cache.
const NEAR: usize = 256 << 10;

/// Bytes that are written at once.
const ENOUGH: usize = 1 << 16;

/// How long the writer rests after it has written: under load that is one write for many lines.
const REST: Duration = Duration::from_millis(20);

static NUMBERS: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static QUEUE_AT_HAND: RefCell<Option<Queue>> = const { RefCell::new(None) };
}

/// The way in. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct DecisionLog(Arc<Entrance>);

/// Closes the log when the last handle is gone.
#[derive(Debug)]
struct Entrance {
    shared: Arc<Shared>,
    writer: Thread,
}

/// What the threads of requests and the writer have in common.
#[derive(Debug)]
struct Shared {
    /// Tells it from the log of another gateway in this process.
    number: u64,
    /// Queues that the writer does not know yet.
    new_queues: Mutex<Vec<Waiting>>,
    dropped: AtomicU64,
    closed: AtomicBool,
    /// The writer waits to be woken.
    asleep: AtomicBool,
}

/// A thread's own queue.
struct Queue {
    log: u64,
    near: Producer<u8>,
    /// For what the near one has no room for, and all that comes after it until the writer has taken it.
    far: Producer<u8>,
    packed: Vec<u8>,
}

/// The writer's end of a queue.
#[derive(Debug)]
struct Waiting {
    near: Consumer<u8>,
    far: Consumer<u8>,
}

impl DecisionLog {
    /// Starts the writer. It ends when the last handle is gone; join it to see every line written.
    pub(crate) fn start(
        output: impl Write + Send + 'static,
        telemetry: CorsTelemetry,
    ) -> (Self, JoinHandle<()>) {
        let shared = Arc::new(Shared {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            new_queues: Mutex::default(),
            dropped: AtomicU64::default(),
            closed: AtomicBool::default(),
            asleep: AtomicBool::default(),
        });
        let writer = Writer { shared: Arc::clone(&shared), queues: Vec::new(), output, telemetry };
        let writing = std::thread::spawn(move || writer.run());
        let entrance = Entrance { shared, writer: writing.thread().clone() };
        (Self(Arc::new(entrance)), writing)
    }

    /// Hands a line over. Never waits.
    pub(crate) fn record(&self, line: &Line<'_>) {
        let shared = &self.0.shared;
        let recorded = QUEUE_AT_HAND.try_with(|at_hand| {
            let at_hand = &mut *at_hand.borrow_mut();
            let queue = match at_hand {
                Some(queue) if queue.log == shared.number => queue,
                _ => at_hand.insert(shared.new_queue()),
            };
            queue.packed.clear();
            packed::pack(&mut queue.packed, line);
            queue.push()
        });
        if recorded != Ok(true) {
            shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        self.0.wake();
    }

    /// Lines that were dropped because the queue was full.
    pub(crate) fn dropped(&self) -> u64 {
        self.0.shared.dropped.load(Ordering::Relaxed)
    }
}

impl Entrance {
    /// Wakes the writer if it sleeps. What was done before is seen by a writer that is about to fall asleep.
    fn wake(&self) {
        fence(Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::Relaxed)
            && self.shared.asleep.swap(false, Ordering::Relaxed)
        {
            self.writer.unpark();
        }
    }
}

impl Drop for Entrance {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        self.wake();
    }
}

impl Shared {
    fn new_queue(&self) -> Queue {
        let ((near, near_end), (far, far_end)) = (RingBuffer::new(NEAR), RingBuffer::new(QUEUE));
        let waiting = Waiting { near: near_end, far: far_end };
        self.new_queues.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
        Queue { log: self.number, near, far, packed: Vec::new() }
    }
}

impl Queue {
    /// Whether there was room for the line.
    fn push(&mut self) -> bool {
        // In their order: as long as something is far, nothing is near that came later.
        let all_near = self.far.slots() == QUEUE;
        all_near && self.near.push_entire_slice(&self.packed).is_ok()
            || self.far.push_entire_slice(&self.packed).is_ok()
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.near.is_empty() && self.far.is_empty()
    }

    /// Takes what is there, the oldest first.
    fn take(&mut self, lines: &mut Vec<u8>) {
        lines.clear();
        // Looked at before the near ones are taken: what is far by then came after them.
        let far = self.far.slots();
        for (queue, count) in [(&mut self.near, usize::MAX), (&mut self.far, far)] {
            if let Ok(chunk) = queue.read_chunk(queue.slots().min(count)) {
                let (first, second) = chunk.as_slices();
                lines.extend_from_slice(first);
                lines.extend_from_slice(second);
                chunk.commit_all();
            }
        }
    }
}

/// The thread that formats and writes.
struct Writer<W> {
    shared: Arc<Shared>,
    queues: Vec<Waiting>,
    output: W,
    telemetry: CorsTelemetry,
}

impl<W: Write> Writer<W> {
    /// Until the log is closed and all is written.
    fn run(mut self) {
        let (mut lines, mut text) = (Vec::new(), Vec::with_capacity(2 * ENOUGH));
        loop {
            // Before the queues are looked at: nothing comes once it is closed.
            let closed = self.shared.closed.load(Ordering::Acquire);
            self.take_up_new_queues();
            let written = self.write(&mut lines, &mut text);
            match (written, closed) {
                (true, _) => std::thread::sleep(REST),
                (false, true) => return,
                (false, false) => self.sleep(),
            }
        }
    }

    fn take_up_new_queues(&mut self) {
        let mut new = self.shared.new_queues.lock().unwrap_or_else(PoisonError::into_inner);
        self.queues.append(&mut new);
        drop(new);
        // Those of threads that have ended, once they are empty.
        self.queues.retain(|queue| !queue.far.is_abandoned() || !queue.is_empty());
    }

    /// Writes all that is there. Says whether that was anything.
    fn write(&mut self, lines: &mut Vec<u8>, text: &mut Vec<u8>) -> bool {
        let mut any = false;
        for queue in &mut self.queues {
            queue.take(lines);
            let mut rest = lines.as_slice();
            while let Some(line) = packed::unpack(&mut rest) {
                any = true;
                self.telemetry.count(&line);
                json_line::write(text, &line);
                if text.len() >= ENOUGH {
                    flush(&mut self.output, text);
                }
            }
        }
        if any {
            flush(&mut self.output, text);
        }
        any
    }

    /// Until somebody has something to say.
    fn sleep(&self) {
        self.shared.asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let new =
            || !self.shared.new_queues.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        let waiting = || self.queues.iter().any(|queue| !queue.is_empty());
        if !waiting() && !new() && !self.shared.closed.load(Ordering::Acquire) {
            std::thread::park();
        }
        self.shared.asleep.store(false, Ordering::Relaxed);
    }
}

/// A closed standard output must not end the gateway.
fn flush(output: &mut impl Write, written: &mut Vec<u8>) {
    let _closed = output.write_all(written).and_then(|()| output.flush());
    written.clear();
}

#[cfg(test)]
mod tests;
