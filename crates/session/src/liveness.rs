//! Whether a sign-in still stands, shared by everything in memory that stems from it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// A sign-in that stands until it is ended. Ending it is final and seen at once by whoever holds it.
#[derive(Debug, Default)]
pub(crate) struct Liveness {
    ended: AtomicBool,
}

/// All sign-ins that anything in memory stems from, by session id.
///
/// Weak, so that it grows with what is in use and not with history. Whoever reads a session from the store must
/// [`watch`](Self::watch) it *before* reading: a sign-out that comes after the read then finds it here, and one that
/// comes before is seen in what was read.
#[derive(Debug, Default)]
pub(crate) struct SignIns(Mutex<Watched>);

#[derive(Debug)]
struct Watched {
    by_sid: HashMap<Box<str>, Weak<Liveness>>,
    /// Entries at which those that nobody holds are dropped.
    purge_at: usize,
}

impl Liveness {
    /// Ends it.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Whether it was ended.
    pub(crate) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

impl SignIns {
    /// The shared state of a sign-in.
    pub(crate) fn watch(&self, sid: &str) -> Arc<Liveness> {
        let mut watched = self.lock();
        if let Some(liveness) = watched.by_sid.get(sid).and_then(Weak::upgrade) {
            return liveness;
        }
        if watched.by_sid.len() >= watched.purge_at {
            watched.purge();
        }
        let liveness = Arc::new(Liveness::default());
        watched.by_sid.insert(sid.into(), Arc::downgrade(&liveness));
        liveness
    }

    /// Ends a sign-in for everything that stems from it.
    pub(crate) fn end(&self, sid: &str) {
        if let Some(liveness) = self.lock().by_sid.get(sid).and_then(Weak::upgrade) {
            liveness.end();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    const LEAST: usize = 1024;

    fn purge(&mut self) {
        self.by_sid.retain(|_, liveness| liveness.strong_count() > 0);
        self.purge_at = (self.by_sid.len() * 2).max(Self::LEAST);
    }
}

impl Default for Watched {
    fn default() -> Self {
        Self { by_sid: HashMap::new(), purge_at: Self::LEAST }
    }
}

#[cfg(test)]
mod tests {
    use super::{SignIns, Watched};

    #[test]
    fn ending_a_sign_in_reaches_all_who_watch_it_and_nobody_else() {
        let sign_ins = SignIns::default();
        let (one, same, other) = (sign_ins.watch("a"), sign_ins.watch("a"), sign_ins.watch("b"));
        sign_ins.end("a");
        sign_ins.end("nobody watches this one");
        assert!(one.ended() && same.ended() && !other.ended());
    }

    #[test]
    fn sign_ins_that_nobody_holds_take_no_memory() {
        let sign_ins = SignIns::default();
        let held = sign_ins.watch("held");
        for number in 0..Watched::LEAST * 10 {
            drop(sign_ins.watch(&number.to_string()));
        }
        assert!(sign_ins.lock().by_sid.len() <= Watched::LEAST);
        sign_ins.end("held");
        assert!(held.ended());
    }
}
