//! Which of several upstreams gets a request: the one that has the fewest, of two that chance picks.
//!
//! Two picks are as good as a look at all of them, nearly, and threads that do not know of each other do not run to the same one
//! (Mitzenmacher, "The power of two choices"). Ejected ones are passed over, unless too many are. Randomness and time come in as
//! parameters.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use crate::outlier::{Availability, Health, HealthChange, Shown};

/// What a thread knows of one upstream: requests under way, and its health.
#[derive(Debug)]
pub(crate) struct Load {
    active: Cell<u32>,
    health: Health,
}

/// A request that is under way at an upstream, from its choice until its response is through.
#[derive(Debug)]
pub(crate) struct Turn {
    load: Rc<Load>,
    /// It is the one that finds out whether an ejected upstream answers again.
    tries: bool,
    noted: bool,
}

impl Load {
    pub(crate) const fn new(health: Health) -> Self {
        Self { active: Cell::new(0), health }
    }

    /// A request is about to be sent.
    pub(crate) fn begin(self: &Rc<Self>, now: Instant) -> Turn {
        let tries = self.health.begin(now);
        self.active.set(self.active.get().saturating_add(1));
        Turn { load: Rc::clone(self), tries, noted: false }
    }
}

impl Turn {
    /// The request has shown something; only the first time counts.
    pub(crate) fn note(&mut self, shown: Shown, now: Instant) -> Option<HealthChange> {
        if std::mem::replace(&mut self.noted, true) {
            return None;
        }
        self.load.health.note(shown, self.tries, now)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.load.active.set(self.load.active.get().saturating_sub(1));
        if self.tries && !self.noted {
            self.load.health.abandon_trial();
        }
    }
}

/// The place in `loads` of the upstream for the next try of a request that was `tried` at others already. `random` gives numbers that are
/// all equally likely. `None`: all were tried.
pub(crate) fn choose(
    loads: &[Rc<Load>],
    tried: &[usize],
    now: Instant,
    mut random: impl FnMut() -> u64,
) -> Option<usize> {
    if loads.len() <= 1 {
        return (!loads.is_empty() && tried.is_empty()).then_some(0);
    }
    let untried = |place: &usize| !tried.contains(place);
    let open = |place: &usize| untried(place) && is_open(loads, *place, now);
    let count = (0..loads.len()).filter(open).count();
    if count > 0 {
        return lesser(loads, (0..loads.len()).filter(open), count, &mut random);
    }
    let rest = (0..loads.len()).filter(untried);
    let count = rest.clone().count();
    lesser(loads, rest, count, &mut random)
}

/// The one of two picks with fewer requests.
fn lesser(
    loads: &[Rc<Load>],
    mut places: impl Iterator<Item = usize> + Clone,
    count: usize,
    random: &mut impl FnMut() -> u64,
) -> Option<usize> {
    if count <= 1 {
        return places.next();
    }
    let mut below = |bound: usize| {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(random() % bound).unwrap_or_default()
    };
    let first = below(count);
    let second = below(count - 1);
    let second = second + usize::from(second >= first);
    let first = places.clone().nth(first)?;
    let second = places.nth(second)?;
    let active = |place: usize| loads.get(place).map_or(u32::MAX, |load| load.active.get());
    Some(if active(second) < active(first) { second } else { first })
}

/// Whether an upstream takes requests: of those that are ejected, only so many are passed over as may be, those first that are out longest.
fn is_open(loads: &[Rc<Load>], place: usize, now: Instant) -> bool {
    let ejected_until = |load: &Load| match load.health.availability(now) {
        Availability::Ejected(until) => Some(until),
        Availability::Available | Availability::ToBeTried => None,
    };
    let Some(load) = loads.get(place) else { return false };
    let Some(until) = ejected_until(load) else { return true };
    let ahead = loads.iter().enumerate().filter(|(other, load)| {
        ejected_until(load).is_some_and(|theirs| (theirs, *other) > (until, place))
    });
    ahead.count() >= loads.len() * load.health.rules().largest_share / 100
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::{Load, choose};
    use crate::outlier::{EjectionRules, Health, Shown};

    fn loads(count: usize) -> Vec<Rc<Load>> {
        let rules = EjectionRules::default();
        (0..count).map(|_| Rc::new(Load::new(Health::new(rules)))).collect()
    }

    fn eject(load: &Rc<Load>, now: Instant) {
        for _ in 0..EjectionRules::default().failures {
            load.begin(now).note(Shown::Fails, now);
        }
    }

    /// SplitMix64.
    fn dice(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }
    }

    #[test]
    fn of_two_the_one_with_fewer_requests_is_chosen() {
        let (loads, now) = (loads(2), Instant::now());
        let busy = loads[0].begin(now);
        for seed in 0..100 {
            assert_eq!(choose(&loads, &[], now, dice(seed)), Some(1));
        }
        drop(busy);
        let chosen = (0..100).filter_map(|seed| choose(&loads, &[], now, dice(seed)));
        assert!((20..80).contains(&chosen.sum::<usize>()), "chance decides between equals");
    }

    #[test]
    fn an_upstream_that_hangs_gets_few_of_the_requests() {
        let (loads, now, mut dice) = (loads(4), Instant::now(), dice(1));
        let (mut hanging, mut there) = (Vec::new(), 0);
        for _ in 0..1_000 {
            let place = choose(&loads, &[], now, &mut dice).unwrap();
            let turn = loads[place].begin(now);
            if place == 0 {
                there += 1;
                hanging.push(turn);
            }
        }
        assert!(there < 20, "{there} of 1000");
    }

    #[test]
    fn an_ejected_one_is_passed_over_and_tried_by_one_request_when_its_time_is_over() {
        let (loads, now) = (loads(2), Instant::now());
        eject(&loads[0], now);
        for seed in 0..50 {
            assert_eq!(choose(&loads, &[], now, dice(seed)), Some(1));
        }
        let over = now + EjectionRules::default().time;
        let _busy = loads[1].begin(over);
        assert_eq!(choose(&loads, &[], over, dice(0)), Some(0));
        let _trying = loads[0].begin(over);
        assert_eq!(choose(&loads, &[], over, dice(0)), Some(1), "one at a time tries it");
    }

    #[test]
    fn where_all_are_ejected_requests_go_on() {
        let (loads, now) = (loads(4), Instant::now());
        for (place, load) in loads.iter().enumerate() {
            eject(load, now + Duration::from_millis(u64::try_from(place).unwrap()));
        }
        let now = now + Duration::from_secs(1);
        let mut chosen = (0..200).filter_map(|seed| choose(&loads, &[], now, dice(seed)));
        assert!(chosen.all(|place| place < 2), "half of them, those that were ejected first");
        assert_eq!(choose(&loads[..1], &[], now, dice(0)), Some(0), "the only one always");
    }

    proptest! {
        /// There is a choice as long as one was not tried, and it was not tried.
        #[test]
        fn nobody_is_asked_twice_and_somebody_always(
            count in 0..9_usize,
            ejected in prop::collection::vec(0..9_usize, 0..9),
            tried in prop::collection::vec(0..9_usize, 0..9),
            seed: u64,
        ) {
            let (loads, now) = (loads(count), Instant::now());
            ejected.iter().filter_map(|place| loads.get(*place)).for_each(|load| eject(load, now));
            let tried = tried.into_iter().filter(|place| *place < count).collect::<Vec<_>>();
            match choose(&loads, &tried, now, dice(seed)) {
                Some(place) => prop_assert!(place < count && !tried.contains(&place)),
                None => prop_assert!((0..count).all(|place| tried.contains(&place))),
            }
        }
    }
}
