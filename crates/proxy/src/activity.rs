//! Whether a connection is used at all: one that nobody asks anything on is closed, whatever protocol it speaks or has yet to speak.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// What a connection is doing.
pub(crate) struct Activity {
    in_flight: Cell<usize>,
    requests: Cell<bool>,
    quiet_since: Cell<Instant>,
}

/// A request that is waiting for its answer.
pub(crate) struct InFlight(Rc<Activity>);

impl Activity {
    pub(crate) fn new() -> Rc<Self> {
        let quiet_since = Cell::new(Instant::now());
        Rc::new(Self { in_flight: Cell::new(0), requests: Cell::new(false), quiet_since })
    }

    /// A request begins.
    pub(crate) fn begin(self: &Rc<Self>) -> InFlight {
        self.requests.set(true);
        self.in_flight.set(self.in_flight.get() + 1);
        InFlight(Rc::clone(self))
    }

    /// Waits until the connection has been quiet: for `first` before its first request, for `next` between two.
    pub(crate) async fn is_over(&self, first: Duration, next: Duration) {
        loop {
            let patience = if self.requests.get() { next } else { first };
            let now = Instant::now();
            let deadline = match self.in_flight.get() {
                0 => self.quiet_since.get() + patience,
                _ => now + patience,
            };
            if deadline <= now {
                return;
            }
            sleep_until(deadline).await;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get().saturating_sub(1));
        self.0.quiet_since.set(Instant::now());
    }
}
