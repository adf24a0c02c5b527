//! How many connections and WebSockets there are at once, in all and from one network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// All connections, or all WebSockets, of visitors to a process. Asked when one begins and ends, never by another request.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    total: AtomicUsize,
    by_network: Mutex<HashMap<Network, usize>>,
}

/// An IPv4 address, or the /64 of an IPv6 address: what one customer of a provider has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Network(u128);

/// How many may be there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) of_all: usize,
    pub(crate) of_a_network: usize,
}

/// A place. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    network: Option<Network>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// As many are there as may be.
    All,
    /// As many are from this network as may be from one.
    Network,
}

impl Full {
    /// What a connection is said to have ended for.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::All => "too-many-connections",
            Self::Network => "too-many-connections-of-a-network",
        }
    }
}

impl Network {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped().to_bits()),
            IpAddr::V6(address) => Self(address.to_bits() >> 64 << 64),
        }
    }
}

impl Crowd {
    /// A place for somebody at `address`. `speaks_for_many`: it is a trusted proxy's, whose visitors are not counted as one.
    pub(crate) fn admit(
        self: &Arc<Self>,
        address: IpAddr,
        speaks_for_many: bool,
        room: Room,
    ) -> Result<Place, Full> {
        let before = self.total.fetch_add(1, Ordering::Relaxed);
        let mut place = Place { crowd: Arc::clone(self), network: None };
        if before >= room.of_all {
            return Err(Full::All);
        }
        if !speaks_for_many {
            let network = Network::of(address);
            let mut by_network = self.by_network.lock().unwrap_or_else(PoisonError::into_inner);
            let count = by_network.entry(network).or_default();
            if *count >= room.of_a_network {
                drop(by_network);
                return Err(Full::Network);
            }
            *count += 1;
            drop(by_network);
            place.network = Some(network);
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.total.fetch_sub(1, Ordering::Relaxed);
        if let Some(network) = self.network {
            let mut by_network =
                self.crowd.by_network.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(count) = by_network.get_mut(&network) {
                *count -= 1;
                if *count == 0 {
                    by_network.remove(&network);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use super::{Crowd, Full, Room};

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_its_share_and_gets_it_back() {
        let room = Room { of_all: 6, of_a_network: 2 };
        let crowd = Arc::<Crowd>::default();
        let admit = |address| crowd.admit(ip(address), false, room);
        let first = admit("192.0.2.1").unwrap();
        let _second = admit("::ffff:192.0.2.1").unwrap();
        assert_eq!(admit("192.0.2.1").unwrap_err(), Full::Network, "however it is spelt");
        let _neighbour = admit("192.0.2.2").unwrap();
        let _third = admit("2001:db8::1").unwrap();
        let _fourth = admit("2001:db8::ffff:1").unwrap();
        assert_eq!(admit("2001:db8::2").unwrap_err(), Full::Network, "one /64");
        let _fifth = admit("2001:db8:0:1::1").unwrap();
        assert_eq!(admit("192.0.2.3").unwrap_err(), Full::All);
        drop(first);
        let _again = admit("192.0.2.1").unwrap();
    }

    #[test]
    fn a_trusted_proxy_speaks_for_many() {
        let room = Room { of_all: 3, of_a_network: 1 };
        let crowd = Arc::<Crowd>::default();
        let places = [(); 3].map(|()| crowd.admit(ip("192.0.2.1"), true, room).unwrap());
        assert_eq!(crowd.admit(ip("192.0.2.1"), true, room).unwrap_err(), Full::All);
        drop(places);
    }

    #[test]
    fn nothing_is_kept_of_those_who_left() {
        let room = Room { of_all: 1_000, of_a_network: 1 };
        let crowd = Arc::<Crowd>::default();
        for last in 0..200 {
            let address = IpAddr::from([192, 0, 2, last]);
            let place = crowd.admit(address, false, room).unwrap();
            assert!(crowd.admit(address, false, room).is_err());
            drop(place);
        }
        assert_eq!(crowd.by_network.lock().unwrap().len(), 0);
        assert_eq!(crowd.total.load(std::sync::atomic::Ordering::Relaxed), 0);
    }
}
