//! Durations as Go and the API spell them.

#[cfg(test)]
mod tests;

use std::time::Duration;

/// A duration such as `24h`, `2h45m` or `300ms`, kept as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoDuration {
    /// As written.
    pub text: String,
    /// Its length.
    pub duration: Duration,
}

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Nothing there.
    #[error("the duration is empty")]
    Empty,
    /// A sign: durations have a length, not a direction.
    #[error("the duration has a sign")]
    Signed,
    /// A number is expected.
    #[error("the duration lacks a number")]
    NoNumber,
    /// A number without a unit.
    #[error("the duration lacks a unit")]
    NoUnit,
    /// A unit that is none.
    #[error("the duration has an unknown unit")]
    UnknownUnit,
    /// Longer than Go's longest, about 292 years.
    #[error("the duration is too long")]
    TooLong,
}

impl GoDuration {
    /// Reads a duration by the syntax of Go's `time.ParseDuration`: numbers, with a fraction perhaps, each followed by
    /// its unit (`ns`, `us` or `µs`, `ms`, `s`, `m`, `h`); or `0`.
    ///
    /// # Errors
    /// Says what is wrong with anything else. Negative durations are refused.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        Ok(Self { text: text.to_owned(), duration: Duration::from_nanos(nanoseconds(text)?) })
    }
}

fn nanoseconds(text: &str) -> Result<u64, DurationError> {
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    if text.starts_with(['+', '-']) {
        return Err(DurationError::Signed);
    }
    if text == "0" {
        return Ok(0);
    }
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = split_where(rest, |c| !c.is_ascii_digit() && c != '.');
        let (unit, after) = split_where(after, |c| c.is_ascii_digit() || c == '.');
        total = total.checked_add(part(number, unit)?).ok_or(DurationError::TooLong)?;
        rest = after;
    }
    i64::try_from(total).map_or(Err(DurationError::TooLong), |_| Ok(total))
}

fn part(number: &str, unit: &str) -> Result<u64, DurationError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(DurationError::NoNumber);
    }
    let unit = match unit {
        "" => return Err(DurationError::NoUnit),
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000_u64,
        _ => return Err(DurationError::UnknownUnit),
    };
    let whole = match whole {
        "" => 0,
        whole => whole.parse::<u64>().map_err(|_| DurationError::TooLong)?,
    };
    let whole = whole.checked_mul(unit).ok_or(DurationError::TooLong)?;
    whole.checked_add(share(fraction, unit)).ok_or(DurationError::TooLong)
}

/// The share of a unit that the digits after a decimal point are. Digits below a nanosecond don't count.
fn share(digits: &str, unit: u64) -> u64 {
    let (share, scale) = digits.bytes().take(18).fold((0_u128, 1_u128), |(share, scale), digit| {
        (share * 10 + u128::from(digit.saturating_sub(b'0')), scale * 10)
    });
    u64::try_from(share * u128::from(unit) / scale).unwrap_or(u64::MAX)
}

fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}
