//! Upstreams that fail again and again are passed over for a while.
//!
//! What requests show is all that is known: nobody asks an upstream how it is. After so many failures in a row it is out, each time for
//! longer; when that time is over, one request tries it, and the others follow if that one is answered. Every thread finds out for
//! itself. Time comes in as a parameter.
//!
//! Invariants: an upstream that answers is never out; whoever is out comes back; of those that serve the same requests no more are passed
//! over than [`EjectionRules::largest_share`] allows, so that somebody is asked always.

use std::cell::Cell;
use std::time::{Duration, Instant};

use http::StatusCode;

use crate::Failure;

/// When an upstream is passed over, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EjectionRules {
    /// Failures in a row after which it is.
    pub(crate) failures: u32,
    /// For how long the first time; the n-th time in close succession for n times as long.
    pub(crate) time: Duration,
    /// For how long at most.
    pub(crate) longest: Duration,
    /// Percent of the upstreams of a rule that may be passed over at the same time.
    pub(crate) largest_share: usize,
}

impl Default for EjectionRules {
    fn default() -> Self {
        Self {
            failures: 5,
            time: Duration::from_secs(10),
            longest: Duration::from_secs(300),
            largest_share: 50,
        }
    }
}

/// What a request has shown of an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It answered.
    Answers,
    /// It cannot be reached, is broken, too slow, or says itself that it cannot serve.
    Fails,
}

/// A change that people want to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthChange {
    /// It is passed over for this long.
    Ejected(Duration),
    /// It answered again.
    Returned,
}

/// Whether an upstream takes requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    Available,
    /// Its time is over: one request may try it.
    ToBeTried,
    /// Not before this moment, or, if it is over, not before the request is through that tries it.
    Ejected(Instant),
}

/// What a thread knows of an upstream.
#[derive(Debug)]
pub(crate) struct Health {
    rules: EjectionRules,
    failures: Cell<u32>,
    /// How often it was ejected in close succession.
    ejections: Cell<u32>,
    ejected_until: Cell<Option<Instant>>,
    /// It answered again then.
    returned_at: Cell<Option<Instant>>,
    being_tried: Cell<bool>,
}

impl Health {
    pub(crate) const fn new(rules: EjectionRules) -> Self {
        Self {
            rules,
            failures: Cell::new(0),
            ejections: Cell::new(0),
            ejected_until: Cell::new(None),
            returned_at: Cell::new(None),
            being_tried: Cell::new(false),
        }
    }

    pub(crate) const fn rules(&self) -> &EjectionRules {
        &self.rules
    }

    pub(crate) fn availability(&self, now: Instant) -> Availability {
        match self.ejected_until.get() {
            None => Availability::Available,
            Some(until) if until <= now && !self.being_tried.get() => Availability::ToBeTried,
            Some(until) => Availability::Ejected(until),
        }
    }

    /// A request is about to be sent to it. Says whether it is the one that tries it.
    pub(crate) fn begin(&self, now: Instant) -> bool {
        let tries = self.availability(now) == Availability::ToBeTried;
        if tries {
            self.being_tried.set(true);
        }
        tries
    }

    /// The request that tried it has come to nothing that says anything; another one may.
    pub(crate) fn abandon_trial(&self) {
        self.being_tried.set(false);
    }

    /// A request has shown something. One that does not try an ejected upstream was sent before, and changes nothing by failing.
    pub(crate) fn note(&self, shown: Shown, tries: bool, now: Instant) -> Option<HealthChange> {
        if tries {
            self.being_tried.set(false);
        }
        match shown {
            Shown::Answers => {
                self.failures.set(0);
                self.ejected_until.take()?;
                self.returned_at.set(Some(now));
                Some(HealthChange::Returned)
            }
            Shown::Fails if self.ejected_until.get().is_some() => tries.then(|| self.eject(now)),
            Shown::Fails => {
                let failures = self.failures.get().saturating_add(1);
                self.failures.set(failures);
                (failures >= self.rules.failures).then(|| self.eject(now))
            }
        }
    }

    fn eject(&self, now: Instant) -> HealthChange {
        // A while in good health makes up for one ejection.
        let healthy_for = self.returned_at.take().map(|at| now.saturating_duration_since(at));
        let step = self.rules.time.as_millis().max(1);
        let forgiven = healthy_for.map_or(0, |time| time.as_millis() / step);
        let forgiven = u32::try_from(forgiven).unwrap_or(u32::MAX);
        let ejections = self.ejections.get().saturating_sub(forgiven).saturating_add(1);
        let time = self.rules.time.saturating_mul(ejections).min(self.rules.longest);
        self.ejections.set(ejections);
        self.failures.set(0);
        self.ejected_until.set(Some(now.checked_add(time).unwrap_or(now)));
        HealthChange::Ejected(time)
    }
}

impl Shown {
    /// What a response shows: a gateway's failure is one of what stands behind it.
    pub(crate) const fn by_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Self::Fails,
            _ => Self::Answers,
        }
    }

    /// What a failure shows; nothing where it was the visitor's, or the gateway's own.
    pub(crate) const fn by(failure: Failure) -> Option<Self> {
        match failure {
            Failure::UpstreamUnreachable
            | Failure::UpstreamConnectTimeout
            | Failure::UpstreamTls
            | Failure::UpstreamBroken
            | Failure::UpstreamResponseTimeout => Some(Self::Fails),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::{Availability, EjectionRules, Health, HealthChange, Shown};
    use crate::Failure;

    const SECOND: Duration = Duration::from_secs(1);

    fn health() -> Health {
        Health::new(EjectionRules {
            failures: 3,
            time: 10 * SECOND,
            longest: 25 * SECOND,
            largest_share: 50,
        })
    }

    fn fail(health: &Health, times: u32, now: Instant) -> Option<HealthChange> {
        let noted = (0..times).map(|_| health.note(Shown::Fails, false, now));
        noted.fold(None, Option::or)
    }

    #[test]
    fn failures_in_a_row_eject_each_time_for_longer_up_to_the_longest() {
        let (health, mut now) = (health(), Instant::now());
        assert_eq!(fail(&health, 2, now), None);
        health.note(Shown::Answers, false, now);
        assert_eq!(fail(&health, 2, now), None, "an answer in between");
        assert_eq!(fail(&health, 1, now), Some(HealthChange::Ejected(10 * SECOND)));
        for seconds in [20, 25, 25] {
            assert!(
                matches!(health.availability(now), Availability::Ejected(until) if until > now)
            );
            let Availability::Ejected(until) = health.availability(now) else { unreachable!() };
            now = until;
            assert_eq!(health.availability(now), Availability::ToBeTried);
            assert!(health.begin(now));
            assert!(!health.begin(now));
            assert_eq!(
                health.availability(now),
                Availability::Ejected(until),
                "one at a time tries it"
            );
            let change = health.note(Shown::Fails, true, now);
            assert_eq!(change, Some(HealthChange::Ejected(seconds * SECOND)));
        }
    }

    #[test]
    fn an_answer_brings_it_back_and_time_makes_up_for_ejections() {
        let (health, now) = (health(), Instant::now());
        fail(&health, 3, now);
        let back = now + 10 * SECOND;
        health.begin(back);
        assert_eq!(health.note(Shown::Answers, true, back), Some(HealthChange::Returned));
        assert_eq!(health.availability(back), Availability::Available);
        let soon = back + 9 * SECOND;
        assert_eq!(fail(&health, 3, soon), Some(HealthChange::Ejected(20 * SECOND)));
        let back = soon + 20 * SECOND;
        health.begin(back);
        health.note(Shown::Answers, true, back);
        let late = back + 20 * SECOND;
        assert_eq!(fail(&health, 3, late), Some(HealthChange::Ejected(10 * SECOND)));
    }

    #[test]
    fn a_try_that_comes_to_nothing_leaves_it_to_the_next() {
        let (health, now) = (health(), Instant::now());
        fail(&health, 3, now);
        let over = now + 10 * SECOND;
        health.begin(over);
        health.abandon_trial();
        assert_eq!(health.availability(over), Availability::ToBeTried);
    }

    #[test]
    fn what_was_sent_before_the_ejection_does_not_prolong_it() {
        let (health, now) = (health(), Instant::now());
        fail(&health, 3, now);
        assert_eq!(fail(&health, 10, now + SECOND), None);
        assert_eq!(health.availability(now), Availability::Ejected(now + 10 * SECOND));
    }

    #[test]
    fn only_the_upstreams_own_failures_count() {
        for (failure, shown) in [
            (Failure::UpstreamUnreachable, Some(Shown::Fails)),
            (Failure::UpstreamResponseTimeout, Some(Shown::Fails)),
            (Failure::UpstreamOverloaded, None),
            (Failure::BodyTimeout, None),
            (Failure::BodyBroken, None),
            (Failure::StoreUnavailable, None),
        ] {
            assert_eq!(Shown::by(failure), shown, "{failure}");
        }
    }

    proptest! {
        /// Whatever happened: nobody is out for longer than the longest time, and an answer ends it.
        #[test]
        fn whoever_is_out_comes_back(events in prop::collection::vec((0..3_u8, 0..40_u64), 0..200)) {
            let (health, mut now) = (health(), Instant::now());
            for (event, seconds) in events {
                now += Duration::from_secs(seconds);
                let tries = health.begin(now);
                match event {
                    0 => { health.note(Shown::Answers, tries, now); }
                    1 => { health.note(Shown::Fails, tries, now); }
                    _ if tries => health.abandon_trial(),
                    _ => {}
                }
                if event == 0 {
                    prop_assert_eq!(health.availability(now), Availability::Available);
                }
                let later = now + health.rules().longest;
                prop_assert!(!matches!(health.availability(later), Availability::Ejected(_)));
            }
        }
    }
}
