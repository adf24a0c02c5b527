//! When to ask for a certificate.

/// Seconds until the authority is tried again that could not be reached. Doubles each time.
const UNREACHABLE: i64 = 10;
/// Seconds until a name is tried again that the authority refused: it counts failures (Let's Encrypt: five in an hour). Doubles each time.
const REFUSED: i64 = 120;
const LONGEST: i64 = 6 * 3600;

/// Why there is no new certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nobody answered, or not in the protocol.
    Unreachable,
    /// The authority said no.
    Refused,
}

/// When a certificate is to be renewed: at two thirds of its life, or up to a twenty-fourth of its life sooner, so that
/// certificates that began together don't come back together.
pub(crate) fn renew_at(name: &str, not_before: i64, not_after: i64) -> i64 {
    let life = not_after.saturating_sub(not_before).max(0);
    let sooner = (life / 24).saturating_mul(spread(name, not_before)) / SPREAD;
    not_before.saturating_add(life / 3 * 2).saturating_sub(sooner)
}

/// When to try again after so many failures in a row.
pub(crate) fn retry_at(name: &str, kind: Kind, failures: u32, now: i64) -> i64 {
    let first = match kind {
        Kind::Unreachable => UNREACHABLE,
        Kind::Refused => REFUSED,
    };
    let pause = first.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(LONGEST);
    now.saturating_add(pause)
        .saturating_add(pause / 10 * spread(name, i64::from(failures)) / SPREAD)
}

const SPREAD: i64 = 1000;

/// A number below [`SPREAD`] that differs from name to name (FNV-1a).
fn spread(name: &str, salt: i64) -> i64 {
    let bytes = name.bytes().chain(salt.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::try_from(hash >> 40).unwrap_or_default() % SPREAD
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn renewal_is_at_two_thirds_of_a_life_and_not_for_all_at_once() {
        let times = ["a.example", "b.example", "c.example", "d.example"]
            .map(|name| renew_at(name, 0, 90 * DAY));
        for time in times {
            assert!((56 * DAY..=60 * DAY).contains(&time), "{time}");
        }
        assert!(times.iter().any(|time| time != &times[0]), "{times:?}");
        assert_eq!(renew_at("a.example", 0, 90 * DAY), times[0], "and the same each time");
    }

    #[test]
    fn lives_of_nothing_and_of_ages_break_nothing() {
        for (not_before, not_after) in [(0, 0), (5, 1), (i64::MIN, i64::MAX), (i64::MAX, i64::MIN)]
        {
            let _some_time = renew_at("a.example", not_before, not_after);
        }
        let _some_time = retry_at("a.example", Kind::Refused, u32::MAX, i64::MAX);
    }

    #[test]
    fn failures_are_repeated_ever_more_slowly() {
        let waits = |kind| (1..=20).map(move |count| retry_at("a.example", kind, count, 0));
        for kind in [Kind::Refused, Kind::Unreachable] {
            let waits = waits(kind).collect::<Vec<_>>();
            assert!(waits.is_sorted_by(|one, next| one < next || *next >= LONGEST), "{waits:?}");
            assert!(waits.iter().all(|wait| *wait <= LONGEST + LONGEST / 10), "{waits:?}");
        }
        let in_an_hour = waits(Kind::Refused).scan(0, |at, wait| {
            *at += wait;
            Some(*at)
        });
        assert!(in_an_hour.take_while(|at| *at < 3600).count() < 5, "with the first: at most five");
        assert!(retry_at("a.example", Kind::Unreachable, 1, 0) <= 11);
    }
}
