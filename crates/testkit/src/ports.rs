//! Free loopback ports.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::Mutex;

/// Ports that connections going out never take, so that one that is free stays free until it is used.
const FIRST: u16 = 18_000;
const COUNT: u16 = 14_000;

/// What this process has taken, for as long as it lives.
static TAKEN: Mutex<Vec<UnixListener>> = Mutex::new(Vec::new());

/// A port that is free on IPv4 and IPv6 loopback, and that no other test is given, here or in
/// another process, until this process ends.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn free() -> u16 {
    let (port, taken) = (0..COUNT)
        .map(|_| random())
        .find_map(|port| take(port).filter(|_| is_free(port)).map(|taken| (port, taken)))
        .expect("a free port on the loopback");
    TAKEN.lock().expect("no panic while it is held").push(taken);
    port
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

/// A name that the kernel gives to one process only, and takes back when that ends.
fn take(port: u16) -> Option<UnixListener> {
    let name = SocketAddr::from_abstract_name(format!("crossgate-test-port-{port}")).ok()?;
    UnixListener::bind_addr(&name).ok()
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && (!has_ipv6() || TcpListener::bind((Ipv6Addr::LOCALHOST, port)).is_ok())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn no_port_is_given_twice() {
        let ports: HashSet<u16> = (0..500).map(|_| super::free()).collect();
        assert_eq!(ports.len(), 500);
    }
}
