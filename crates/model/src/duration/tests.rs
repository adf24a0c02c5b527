use std::time::Duration;

use proptest::prelude::*;

use super::{DurationError, GoDuration};

#[test]
fn durations_are_read_as_go_reads_them() {
    let hour = Duration::from_secs(3600);
    let rows = [
        ("hours", "24h", Ok(24 * hour)),
        ("hours and minutes", "2h45m", Ok(2 * hour + Duration::from_secs(45 * 60))),
        ("milliseconds", "300ms", Ok(Duration::from_millis(300))),
        ("a fraction", "1.5h", Ok(hour + hour / 2)),
        ("a fraction alone", ".5s", Ok(Duration::from_millis(500))),
        ("a point without fraction", "5.s", Ok(Duration::from_secs(5))),
        ("microseconds by letter", "2us", Ok(Duration::from_micros(2))),
        ("microseconds by the micro sign", "2\u{b5}s", Ok(Duration::from_micros(2))),
        ("microseconds by the Greek letter", "2\u{3bc}s", Ok(Duration::from_micros(2))),
        ("nanoseconds", "7ns", Ok(Duration::from_nanos(7))),
        ("a unit twice", "1s1s", Ok(Duration::from_secs(2))),
        ("zero without a unit", "0", Ok(Duration::ZERO)),
        ("zero with a unit", "0m", Ok(Duration::ZERO)),
        ("nothing", "", Err(DurationError::Empty)),
        ("a number without a unit", "90", Err(DurationError::NoUnit)),
        ("a unit without a number", "h", Err(DurationError::NoNumber)),
        ("a point without a number", ".s", Err(DurationError::NoNumber)),
        ("two points", "1.2.3s", Err(DurationError::NoNumber)),
        ("days", "1d", Err(DurationError::UnknownUnit)),
        ("a space", "1h 30m", Err(DurationError::UnknownUnit)),
        ("another case", "1H", Err(DurationError::UnknownUnit)),
        ("a minus", "-1h", Err(DurationError::Signed)),
        ("ages", "9999999h", Err(DurationError::TooLong)),
        (
            "more digits than there are numbers",
            "99999999999999999999h",
            Err(DurationError::TooLong),
        ),
    ];
    for (row, text, expected) in rows {
        assert_eq!(GoDuration::parse(text).map(|it| it.duration), expected, "{row}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_duration_or_not(text in ".{0,20}") {
        let _ = GoDuration::parse(&text);
    }

    #[test]
    fn whole_numbers_count(hours in 0_u64..10_000, minutes in 0_u64..60) {
        let text = format!("{hours}h{minutes}m");
        let expected = Duration::from_secs(hours * 3600 + minutes * 60);
        prop_assert_eq!(GoDuration::parse(&text).map(|it| it.duration), Ok(expected));
    }
}
