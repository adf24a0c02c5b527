//! How many steps of sign-ins are taken at once, before any of them costs a look into the store.
//!
//! Each network has a bucket that leaks, and all have one together. Memory is bounded: networks whose bucket is empty again are forgotten, and
//! where too many are not, those that come new share one bucket.

use std::collections::HashMap;
use std::net::IpAddr;

/// Steps from one network at once: an office comes to work behind one address, and opens a dozen applications.
pub const BURST_OF_A_NETWORK: u32 = 1_000;
/// Further steps of a network in a second.
pub const RATE_OF_A_NETWORK: u32 = 10;
/// Steps of all at once.
pub const BURST_OF_ALL: u32 = 20_000;
/// Further steps of all in a second.
pub const RATE_OF_ALL: u32 = 1_000;
/// Networks that are told apart.
pub const NETWORKS: usize = 65_536;

/// What was done lately.
#[derive(Debug, Default)]
pub struct Throttle {
    by_network: HashMap<u128, Bucket>,
    strangers: Bucket,
    all: Bucket,
    swept_at: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    level: u32,
    at: i64,
}

/// It was too much: the seconds after which there is room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany(pub u32);

impl Throttle {
    /// Counts a step that `client` takes at `now`, in seconds.
    ///
    /// # Errors
    /// There were too many, of its network or of all.
    pub fn step(&mut self, client: IpAddr, now: i64) -> Result<(), TooMany> {
        let network = network(client);
        if self.by_network.len() >= NETWORKS && !self.by_network.contains_key(&network) {
            self.sweep(now);
        }
        let known = self.by_network.len() < NETWORKS || self.by_network.contains_key(&network);
        let bucket =
            if known { self.by_network.entry(network).or_default() } else { &mut self.strangers };
        bucket.fill(BURST_OF_A_NETWORK, RATE_OF_A_NETWORK, now)?;
        self.all.fill(BURST_OF_ALL, RATE_OF_ALL, now)
    }

    /// Forgets networks that have done nothing for long enough. At most once a second: it looks at all.
    fn sweep(&mut self, now: i64) {
        if self.swept_at != now {
            self.swept_at = now;
            self.by_network.retain(|_, bucket| bucket.level_at(RATE_OF_A_NETWORK, now) > 0);
        }
    }
}

impl Bucket {
    fn fill(&mut self, burst: u32, rate: u32, now: i64) -> Result<(), TooMany> {
        let level = self.level_at(rate, now);
        if level >= burst {
            return Err(TooMany((level - burst + 1).div_ceil(rate)));
        }
        *self = Self { level: level + 1, at: now };
        Ok(())
    }

    /// A clock that was set back does not let it leak.
    fn level_at(&self, rate: u32, now: i64) -> u32 {
        let elapsed = u32::try_from(now.saturating_sub(self.at).max(0)).unwrap_or(u32::MAX);
        self.level.saturating_sub(elapsed.saturating_mul(rate))
    }
}

/// The network that one party holds: an IPv4 address, or the /64 of an IPv6 address.
pub(crate) fn network(client: IpAddr) -> u128 {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::{BURST_OF_A_NETWORK, BURST_OF_ALL, NETWORKS, RATE_OF_A_NETWORK, Throttle, TooMany};

    fn v4(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(0x0a00_0000 + number).into()
    }

    fn steps(throttle: &mut Throttle, client: IpAddr, now: i64) -> u32 {
        (0..10_000).take_while(|_| throttle.step(client, now).is_ok()).map(|_| 1).sum()
    }

    #[test]
    fn a_network_has_a_burst_and_then_a_rate() {
        let mut throttle = Throttle::default();
        assert_eq!(steps(&mut throttle, v4(1), 100), BURST_OF_A_NETWORK);
        assert_eq!(throttle.step(v4(1), 100), Err(TooMany(1)));
        assert_eq!(steps(&mut throttle, v4(1), 101), RATE_OF_A_NETWORK);
        assert_eq!(steps(&mut throttle, v4(2), 101), BURST_OF_A_NETWORK, "others have their own");
        assert_eq!(steps(&mut throttle, v4(1), 50), 0, "a clock that was set back changes nothing");
        assert_eq!(steps(&mut throttle, v4(1), 1_000), BURST_OF_A_NETWORK, "it is forgiven");
    }

    #[test]
    fn a_64_is_one_network_and_a_mapped_address_is_an_ipv4_address() {
        let mut throttle = Throttle::default();
        let v6 = |last| IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last));
        assert_eq!(steps(&mut throttle, v6(1), 0), BURST_OF_A_NETWORK);
        assert_eq!(steps(&mut throttle, v6(2), 0), 0);
        assert_eq!(steps(&mut throttle, v4(1), 0), BURST_OF_A_NETWORK);
        let mapped = Ipv4Addr::from_bits(0x0a00_0001).to_ipv6_mapped();
        assert_eq!(steps(&mut throttle, mapped.into(), 0), 0);
    }

    #[test]
    fn all_together_have_a_burst() {
        let mut throttle = Throttle::default();
        let all = (0..100).map(|number| steps(&mut throttle, v4(number), 0)).sum::<u32>();
        assert_eq!(all, BURST_OF_ALL);
    }

    #[test]
    fn memory_is_bounded_and_who_is_limited_stays_so() {
        let mut throttle = Throttle::default();
        assert_eq!(steps(&mut throttle, v4(0), 0), BURST_OF_A_NETWORK);
        // A thousand a second, as many as all may take, until the others have been forgotten.
        let most = u32::try_from(NETWORKS).unwrap() + 4_000;
        for number in 1..most {
            let _counted = throttle.step(v4(number), i64::from(number / 1_000));
            assert!(throttle.by_network.len() <= NETWORKS);
        }
        assert!(throttle.by_network.len() < NETWORKS / 8, "those that did nothing since are gone");
        let now = most / 1_000;
        let leaked = RATE_OF_A_NETWORK * now;
        assert!(leaked < BURST_OF_A_NETWORK);
        assert_eq!(steps(&mut throttle, v4(0), i64::from(now)), leaked, "it was not forgotten");
    }

    proptest! {
        #[test]
        fn no_window_has_more_than_burst_and_rate(
            pauses in proptest::collection::vec(0_i64..3, 1..3_000),
        ) {
            let (mut throttle, mut now, mut taken) = (Throttle::default(), 0, 0_i64);
            for pause in &pauses {
                now += pause / 2;
                taken += i64::from(throttle.step(v4(7), now).is_ok());
            }
            let most = i64::from(BURST_OF_A_NETWORK) + now * i64::from(RATE_OF_A_NETWORK);
            prop_assert!(taken <= most);
        }
    }
}
