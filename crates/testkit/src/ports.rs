//! Free loopback ports.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

/// Ports that connections going out never take, so that one that is free stays free until it is used.
const FIRST: u16 = 18_000;
const COUNT: u16 = 14_000;

/// A port that is free on IPv4 and IPv6 loopback.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn free() -> u16 {
    (0..COUNT).map(|_| random()).find(|port| is_free(*port)).expect("a free port on the loopback")
}

/// Whether this computer has an IPv6 loopback.
#[must_use]
pub fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

fn random() -> u16 {
    let offset = RandomState::new().hash_one(()) % u64::from(COUNT);
    FIRST + u16::try_from(offset).unwrap_or_default()
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && (!has_ipv6() || TcpListener::bind((Ipv6Addr::LOCALHOST, port)).is_ok())
}
