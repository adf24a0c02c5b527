//! Counters that a thread has at hand, so that a request takes no lock to find its own.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use prometheus_client::metrics::counter::Counter;

thread_local! {
    static AT_HAND: RefCell<AtHand> = RefCell::default();
}

/// The counters that a thread has used. Their number is bounded by the config and the code.
#[derive(Default)]
struct AtHand {
    /// Whose they are: a process can have several gateways.
    owner: u64,
    by_application: HashMap<Box<str>, OfApplication, RandomState>,
    by_status: Counters<u16>,
}

/// Those of an application.
#[derive(Default)]
struct OfApplication {
    decisions: Counters<(u8, &'static str)>,
    preflights: Counters<(bool, &'static str)>,
}

/// A few: faster looked through than hashed.
type Counters<K> = Vec<(K, Counter)>;

/// Counts a decision. `look_up` finds the counter the first time.
pub(super) fn count_decision(
    owner: u64,
    application: &str,
    row: u8,
    reason: &'static str,
    look_up: impl FnOnce() -> Counter,
) {
    of_application(owner, application, |counters| {
        count((row, reason), &mut counters.decisions, look_up);
    });
}

/// Counts a preflight. `look_up` finds the counter the first time.
pub(super) fn count_preflight(
    owner: u64,
    application: &str,
    allowed: bool,
    reason: &'static str,
    look_up: impl FnOnce() -> Counter,
) {
    of_application(owner, application, |counters| {
        count((allowed, reason), &mut counters.preflights, look_up);
    });
}

fn of_application(owner: u64, application: &str, count: impl FnOnce(&mut OfApplication)) {
    AT_HAND.with_borrow_mut(|at_hand| {
        at_hand.belong_to(owner);
        if let Some(counters) = at_hand.by_application.get_mut(application) {
            return count(counters);
        }
        count(at_hand.by_application.entry(application.into()).or_default());
    });
}

/// Counts an answer. `look_up` finds the counter the first time.
pub(super) fn count_status(owner: u64, status: u16, look_up: impl FnOnce() -> Counter) {
    AT_HAND.with_borrow_mut(|at_hand| {
        at_hand.belong_to(owner);
        count(status, &mut at_hand.by_status, look_up);
    });
}

fn count<K: PartialEq>(key: K, counters: &mut Counters<K>, look_up: impl FnOnce() -> Counter) {
    match counters.iter().find(|(known, _)| *known == key) {
        Some((_, counter)) => {
            counter.inc();
        }
        None => {
            let counter = look_up();
            counter.inc();
            // Most have one for good, and there are as many lists as applications.
            counters.reserve_exact(1);
            counters.push((key, counter));
        }
    }
}

impl AtHand {
    fn belong_to(&mut self, owner: u64) {
        if self.owner != owner {
            *self = Self { owner, ..Self::default() };
        }
    }
}
