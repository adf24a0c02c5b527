//! Whether a sign-in still stands, shared by everything in memory that stems from it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use uuid::Uuid;

use crate::ids::id_of;

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
    by_sid: HashMap<Uuid, Weak<Liveness>>,
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
    pub(crate) fn watch(&self, sid: Uuid) -> Arc<Liveness> {
        let mut watched = self.lock();
        if let Some(liveness) = watched.by_sid.get(&sid).and_then(Weak::upgrade) {
            return liveness;
        }
        if watched.by_sid.len() >= watched.purge_at {
            watched.purge();
        }
        let liveness = Arc::new(Liveness::default());
        watched.by_sid.insert(sid, Arc::downgrade(&liveness));
        liveness
    }

    /// Ends a sign-in for everything that stems from it.
    pub(crate) fn end(&self, sid: &str) {
        let watched = |sid| self.lock().by_sid.get(&sid).and_then(Weak::upgrade);
        if let Some(liveness) = id_of(sid).and_then(watched) {
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
    use uuid::Uuid;

    use super::{SignIns, Watched};

    #[test]
    fn ending_a_sign_in_reaches_all_who_watch_it_and_nobody_else() {
        let sign_ins = SignIns::default();
        let [a, b] = [1, 2].map(Uuid::from_u128);
        let (one, same, other) = (sign_ins.watch(a), sign_ins.watch(a), sign_ins.watch(b));
        sign_ins.end(&a.to_string());
        sign_ins.end("nobody watches this one");
        assert!(one.ended() && same.ended() && !other.ended());
    }

    #[test]
    fn sign_ins_that_nobody_holds_take_no_memory() {
        let sign_ins = SignIns::default();
        let held = sign_ins.watch(Uuid::nil());
        for number in 1..=Watched::LEAST * 10 {
            drop(sign_ins.watch(Uuid::from_u128(number as u128)));
        }
        assert!(sign_ins.lock().by_sid.len() <= Watched::LEAST);
        sign_ins.end(&Uuid::nil().to_string());
        assert!(held.ended());
    }
}
