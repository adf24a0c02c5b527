//! Pieces of answers that wait because their visitor does not take them, on a connection that carries several.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How many times longer than a connection that takes nothing at all a single answer may wait on one that takes others: a film is paused.
const PATIENCE_WITH_ONE: u32 = 5;

/// The answers of a connection that wait, and since when.
#[derive(Debug, Default)]
pub(crate) struct Undelivered {
    next: Cell<u64>,
    since: RefCell<BTreeMap<u64, Instant>>,
}

/// A piece that waits, until this is dropped.
#[derive(Debug)]
pub(crate) struct Delivery {
    all: Rc<Undelivered>,
    number: u64,
}

impl Undelivered {
    /// A piece of an answer waits from now on.
    pub(crate) fn begin(self: &Rc<Self>) -> Delivery {
        let number = self.next.replace(self.next.get() + 1);
        self.since.borrow_mut().insert(number, Instant::now());
        Delivery { all: Rc::clone(self), number }
    }

    /// Waits until the visitor has taken nothing of an answer for too long; `progress` is when it last took anything.
    pub(crate) async fn is_given_up(&self, pause: Duration, progress: impl Fn() -> Instant) {
        loop {
            let oldest = self.since.borrow().values().min().copied();
            let now = Instant::now();
            let deadline = oldest.map_or(now + pause, |oldest| {
                (oldest.max(progress()) + pause).min(oldest + pause * PATIENCE_WITH_ONE)
            });
            if deadline <= now {
                return;
            }
            sleep_until(deadline).await;
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.all.since.borrow_mut().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::Undelivered;

    const PAUSE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_is_given_up() {
        let (all, start) = (Rc::<Undelivered>::default(), Instant::now());
        sleep(Duration::from_secs(3)).await;
        let _waiting = all.begin();
        all.is_given_up(PAUSE, || start).await;
        // It is looked at now and then: not sooner, and not much later.
        assert!((13..=23).contains(&start.elapsed().as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn one_may_wait_longer_where_others_are_taken() {
        let (all, start) = (Rc::<Undelivered>::default(), Instant::now());
        let _waiting = all.begin();
        all.is_given_up(PAUSE, Instant::now).await;
        assert_eq!(start.elapsed().as_secs(), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_for_the_upstream_is_not() {
        let (all, start) = (Rc::<Undelivered>::default(), Instant::now());
        let given_up = Cell::new(false);
        drop(all.begin());
        let watch = async {
            all.is_given_up(PAUSE, || start).await;
            given_up.set(true);
        };
        tokio::select! {
            () = watch => {}
            () = sleep(Duration::from_secs(1_000)) => {}
        }
        assert!(!given_up.get());
    }
}
