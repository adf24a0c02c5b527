//! The one place that reads the clock and the system's randomness.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::error::Unspecified;

/// Unix time in seconds.
pub(crate) fn now() -> i64 {
    i64::try_from(since_epoch().as_secs()).unwrap_or(i64::MAX)
}

/// Unix time in milliseconds.
pub(crate) fn now_in_milliseconds() -> i64 {
    i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX)
}

/// Fills bytes that nobody can guess.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Unspecified> {
    aws_lc_rs::rand::fill(bytes)
}

/// A number for a request: 16 hex digits, new each time.
pub(crate) fn request_id() -> String {
    let mut bytes = [0; 8];
    // Numbers of requests are for people to compare; without randomness the time has to do.
    if fill_random(&mut bytes).is_err() {
        bytes = now_in_milliseconds().to_be_bytes();
    }
    format!("{:016x}", u64::from_be_bytes(bytes))
}

#[expect(clippy::disallowed_methods, reason = "the clock itself")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
