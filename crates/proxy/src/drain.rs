//! The end of a thread's work: connections that wait for a request are told, those that serve one finish it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::task::Waker;

use tokio::time::Instant;

/// Whether a thread is about to end.
#[derive(Default)]
pub(crate) struct Drain {
    /// Until when a connection may begin another request.
    begun: Cell<Option<Instant>>,
    next: Cell<u64>,
    waiting: RefCell<HashMap<u64, Waker>>,
}

/// A connection that is told.
pub(crate) struct Told {
    drain: Rc<Drain>,
    number: u64,
}

impl Drain {
    /// Begins it, and wakes every connection. One that waits for a request may do so until `idle_until`.
    pub(crate) fn begin(&self, idle_until: Instant) {
        self.begun.set(Some(idle_until));
        let wakers = self.waiting.take();
        wakers.into_values().for_each(Waker::wake);
    }

    /// Has a task woken when it begins.
    pub(crate) fn tell(self: &Rc<Self>, waker: &Waker) -> Told {
        let number = self.next.replace(self.next.get() + 1);
        self.waiting.borrow_mut().insert(number, waker.clone());
        Told { drain: Rc::clone(self), number }
    }
}

impl Told {
    /// Whether it has begun.
    pub(crate) fn is_draining(&self) -> bool {
        self.drain.begun.get().is_some()
    }

    /// Until when another request may begin, once it has begun.
    pub(crate) fn idle_until(&self) -> Option<Instant> {
        self.drain.begun.get()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.drain.waiting.borrow_mut().remove(&self.number);
    }
}
