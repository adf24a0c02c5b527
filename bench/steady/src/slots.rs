//! When a connection sends: once in each slot, at a random moment of it.

use std::time::{Duration, Instant};

/// The moments of one connection, in order.
pub(crate) struct Slots {
    begin: Instant,
    end: Instant,
    length: Duration,
    seed: u64,
}

impl Slots {
    /// Slots of `length` from `begin` to `end`; each connection, by its number, has other moments in them.
    pub(crate) fn new(begin: Instant, end: Instant, length: Duration, connection: usize) -> Self {
        Self { begin, end, length, seed: connection as u64 + 1 }
    }

    /// The next number of a sequence between 0 and 1 (splitmix64): the same in every run.
    fn fraction(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default();
        f64::from(upper) / f64::from(u32::MAX)
    }
}

impl Iterator for Slots {
    type Item = Instant;

    fn next(&mut self) -> Option<Instant> {
        if self.begin + self.length > self.end {
            return None;
        }
        let planned = self.begin + self.length.mul_f64(self.fraction());
        self.begin += self.length;
        Some(planned)
    }
}
