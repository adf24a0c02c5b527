//! The one place that reads the clock and the system's randomness.

use std::cell::Cell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arrayvec::ArrayString;
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

/// A number for a request: 16 hex digits, new each time. For people to compare, and no secret.
pub(crate) fn request_id() -> ArrayString<16> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let number = REQUESTS.with(RequestNumbers::next);
    let mut text = [b'0'; 16];
    for (place, digit) in text.iter_mut().rev().enumerate() {
        let value = usize::try_from(number >> (4 * place) & 15).unwrap_or_default();
        *digit = DIGITS.get(value).copied().unwrap_or_default();
    }
    // Digits are ASCII.
    ArrayString::from_byte_string(&text).unwrap_or_default()
}

thread_local! {
    static REQUESTS: RequestNumbers = RequestNumbers::begin();
}

/// The numbers of a thread's requests: SplitMix64 from a random start, which comes back to no number before all had their turn.
struct RequestNumbers(Cell<u64>);

impl RequestNumbers {
    fn begin() -> Self {
        let mut start = [0; 8];
        // Without randomness the time has to do.
        if fill_random(&mut start).is_err() {
            start = now_in_milliseconds().to_be_bytes();
        }
        Self(Cell::new(u64::from_be_bytes(start)))
    }

    fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock itself")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
