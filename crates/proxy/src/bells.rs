//! Parts of one task, each of which is looked at only when it was woken.
//!
//! A task that is woken for one thing would otherwise look at everything that it waits for, and one part that wakes another would have the
//! whole task scheduled again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use futures_util::task::AtomicWaker;

/// A task that has several parts.
#[derive(Default)]
pub(crate) struct House {
    task: AtomicWaker,
    /// The task looks at its parts just now, and will look at those that are woken meanwhile.
    at_work: AtomicBool,
}

/// What wakes one part.
struct Bell {
    rung: AtomicBool,
    house: Arc<House>,
}

/// A part of a task.
pub(crate) struct Part {
    bell: Arc<Bell>,
    waker: Waker,
}

impl House {
    /// Begins to look at the parts.
    pub(crate) fn begin(&self, context: &Context<'_>) {
        self.task.register(context.waker());
        self.at_work.store(true, Ordering::SeqCst);
    }

    /// From here on it is the task that is woken. A part that was woken before is to be looked at by whoever calls this.
    pub(crate) fn end(&self) {
        self.at_work.store(false, Ordering::SeqCst);
    }
}

impl Part {
    /// A part that has yet to be looked at for the first time.
    pub(crate) fn of(house: &Arc<House>) -> Self {
        let bell = Arc::new(Bell { rung: AtomicBool::new(true), house: Arc::clone(house) });
        Self { waker: Waker::from(Arc::clone(&bell)), bell }
    }

    /// Whether it was woken since it was last looked at.
    pub(crate) fn is_woken(&self) -> bool {
        self.bell.rung.load(Ordering::SeqCst)
    }

    /// The same, and it is looked at now.
    pub(crate) fn take(&self) -> bool {
        self.is_woken() && self.bell.rung.swap(false, Ordering::SeqCst)
    }

    /// Has it looked at.
    pub(crate) fn wake(&self) {
        self.waker.wake_by_ref();
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context::from_waker(&self.waker)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let before = self.rung.swap(true, Ordering::SeqCst);
        if !before && !self.house.at_work.load(Ordering::SeqCst) {
            self.house.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake, Waker};

    use super::{House, Part};

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_part_wakes_the_task_once_and_only_while_nobody_looks() {
        let (woken, house) = (Arc::new(Count::default()), Arc::new(House::default()));
        let (one, other) = (Part::of(&house), Part::of(&house));
        let waker = Waker::from(Arc::clone(&woken));
        house.begin(&Context::from_waker(&waker));
        assert!(one.take() && other.take(), "a part is looked at when it is new");
        one.wake();
        assert_eq!((one.take(), one.take(), other.take()), (true, false, false));
        assert_eq!(woken.0.load(Ordering::SeqCst), 0, "somebody was at work");
        house.end();
        one.wake();
        one.wake();
        other.wake();
        assert_eq!(woken.0.load(Ordering::SeqCst), 1, "the task was woken already");
        assert!(one.is_woken() && other.is_woken());
    }
}
