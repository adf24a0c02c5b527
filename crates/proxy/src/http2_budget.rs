//! What a visitor may have done in vain on an HTTP/2 connection (RFC 9113, section 10.5).
//!
//! Some frames cost the gateway work and the visitor next to nothing: resets of streams, pings, settings, empty pieces. Honest clients send
//! some of each. Each kind fills a bucket that leaks with time; work that is through to its end makes room in it. One that overflows is no
//! honest client's, and its connection ends.

use tokio::time::Instant;

/// Something that costs the gateway more than the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vain {
    /// A stream ends before its answer does: the visitor resets it, or does what it must be reset for (CVE-2023-44487, CVE-2025-8671).
    Reset,
    /// SETTINGS.
    Settings,
    /// PING.
    Ping,
    /// PRIORITY, and PRIORITY_UPDATE (RFC 9218).
    Priority,
    /// WINDOW_UPDATE.
    WindowUpdate,
    /// DATA or a piece of a head with nothing in it.
    Empty,
    /// CONTINUATION.
    Continuation,
    /// A frame of a kind that is not known, which is to be ignored.
    Unknown,
}

/// What of it there was.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    buckets: [Bucket; Vain::ALL.len()],
    /// Whether there is anything in any of them.
    used: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// In thousandths.
    level: u64,
    since: Option<Instant>,
}

/// How much may be in a bucket, how much leaks in a second, and how much room an answer that is through, and a frame of DATA of at least
/// so many bytes, make.
struct Allowance {
    most: u64,
    in_a_second: u64,
    for_an_answer: u64,
    for_data: u64,
    data_of: u32,
}

impl Vain {
    const ALL: [Self; 8] = [
        Self::Reset,
        Self::Settings,
        Self::Ping,
        Self::Priority,
        Self::WindowUpdate,
        Self::Empty,
        Self::Continuation,
        Self::Unknown,
    ];

    /// What the connection is said to have ended for.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Reset => "http2-resets",
            Self::Settings => "http2-settings",
            Self::Ping => "http2-pings",
            Self::Priority => "http2-priorities",
            Self::WindowUpdate => "http2-window-updates",
            Self::Empty => "http2-empty-frames",
            Self::Continuation => "http2-continuations",
            Self::Unknown => "http2-unknown-frames",
        }
    }

    /// Browsers reset what is left of a page when the visitor goes on to the next, some hundred streams at a time. gRPC measures with a ping for some
    /// of the DATA that it gets. Clients that read slowly open the windows of stream and connection for each piece; whoever opens them byte by byte
    /// would have a frame made for each.
    const fn allowance(self) -> Allowance {
        let (most, in_a_second, for_an_answer, for_data, data_of) = match self {
            Self::Reset => (400, 20, 1, 0, 0),
            Self::Settings => (32, 1, 0, 0, 0),
            Self::Ping => (100, 5, 1, 1, 0),
            Self::Priority => (400, 20, 2, 0, 0),
            Self::WindowUpdate => (1_000, 100, 4, 4, 64),
            Self::Empty => (100, 5, 1, 0, 0),
            Self::Continuation => (64, 5, 2, 0, 0),
            Self::Unknown => (100, 5, 1, 0, 0),
        };
        Allowance { most, in_a_second, for_an_answer, for_data, data_of }
    }
}

impl Budget {
    /// Counts what happened. `Err` is what there was too much of.
    pub(crate) fn spend(&mut self, vain: Vain, now: Instant) -> Result<(), Vain> {
        let Allowance { most, in_a_second, .. } = vain.allowance();
        let Some(bucket) = self.buckets.get_mut(vain as usize) else { return Err(vain) };
        let since = bucket.since.replace(now).unwrap_or(now);
        let elapsed = u64::try_from(now.saturating_duration_since(since).as_millis());
        let leaked = elapsed.unwrap_or(u64::MAX).saturating_mul(in_a_second);
        bucket.level = bucket.level.saturating_sub(leaked) + 1_000;
        self.used = true;
        if bucket.level > most * 1_000 { Err(vain) } else { Ok(()) }
    }

    /// An answer is through.
    pub(crate) fn answered(&mut self) {
        self.make_room(|allowance| allowance.for_an_answer);
    }

    /// A frame of DATA of so many bytes went to the visitor or came from it.
    pub(crate) fn data(&mut self, length: u32) {
        self.make_room(|it| if length < it.data_of { 0 } else { it.for_data });
    }

    fn make_room(&mut self, of: impl Fn(&Allowance) -> u64) {
        if !self.used {
            return;
        }
        self.used = false;
        for (bucket, vain) in self.buckets.iter_mut().zip(Vain::ALL) {
            bucket.level = bucket.level.saturating_sub(of(&vain.allowance()) * 1_000);
            self.used |= bucket.level > 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use tokio::time::Instant;

    use super::{Budget, Vain};

    #[test]
    fn a_flood_of_any_kind_ends_after_a_bounded_number() {
        for vain in Vain::ALL {
            let (mut budget, now) = (Budget::default(), Instant::now());
            let spent = (0..10_000).take_while(|_| budget.spend(vain, now).is_ok()).count();
            let most = usize::try_from(vain.allowance().most).unwrap();
            assert_eq!(spent, most, "{}", vain.reason());
        }
    }

    #[test]
    fn honest_clients_go_on() {
        let (mut budget, mut now) = (Budget::default(), Instant::now());
        let mut honest = |row: &str, vain: Vain, at_once: usize, pause: f32, answers: usize| {
            for _ in 0..1_000 {
                for _ in 0..at_once {
                    assert_eq!(budget.spend(vain, now), Ok(()), "{row}");
                }
                (0..answers).for_each(|_| budget.answered());
                now += Duration::from_secs_f32(pause);
            }
        };
        honest(
            "a page of 128 streams is left, and the next one, each ten seconds",
            Vain::Reset,
            256,
            13.0,
            0,
        );
        honest("a search that drops each call for the next letter", Vain::Reset, 1, 0.05, 0);
        honest("a client that cancels every other call, without a pause", Vain::Reset, 1, 0.0, 1);
        honest("a ping a second", Vain::Ping, 1, 1.0, 0);
        honest("five priorities with each request", Vain::Priority, 2, 0.0, 1);
        honest("new settings every other second", Vain::Settings, 1, 2.0, 0);
        honest("a large cookie in two more frames", Vain::Continuation, 2, 0.0, 1);
        honest("windows opened for each answer", Vain::WindowUpdate, 2, 0.0, 1);
    }

    #[test]
    fn a_long_download_may_open_its_windows_for_each_piece() {
        let (mut budget, now) = (Budget::default(), Instant::now());
        for _ in 0..100_000 {
            budget.data(64);
            assert_eq!(budget.spend(Vain::WindowUpdate, now), Ok(()));
            assert_eq!(budget.spend(Vain::WindowUpdate, now), Ok(()));
            assert_eq!(budget.spend(Vain::Ping, now), Ok(()));
        }
    }

    #[test]
    fn whoever_opens_windows_byte_by_byte_is_ended() {
        let (mut budget, now) = (Budget::default(), Instant::now());
        let ended = (0..10_000).any(|_| {
            budget.data(1);
            budget.spend(Vain::WindowUpdate, now).is_err()
        });
        assert!(ended, "sec-C5-S12");
    }

    proptest! {
        #[test]
        fn whoever_goes_on_without_work_is_ended(
            steps in proptest::collection::vec((0_usize..8, 0_u64..10), 1..50),
        ) {
            let (mut budget, start) = (Budget::default(), Instant::now());
            let mut now = start;
            // At most 10 ms between two: more of each kind than leaks.
            let ended = (0..200).flat_map(|_| &steps).any(|(kind, pause)| {
                now += Duration::from_millis(*pause / 8);
                budget.spend(Vain::ALL[*kind], now).is_err()
            });
            let many = 200 * steps.len() >= 8 * 1_200;
            prop_assert!(ended || !many, "{:?}", now - start);
        }
    }
}
