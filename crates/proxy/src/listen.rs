//! Listening sockets: one a thread with SO_REUSEPORT, or those that were passed in.
//!
//! Each socket has a queue of connections of its own, which is lost with the last descriptor of it. So those that are passed in are all
//! accepted from, however many there are: a whole group of another process, or a single one of systemd that all threads share.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use crossgate_model::Listener;
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};

/// Two minutes to notice a visitor that is gone.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(4);

/// A listener with its sockets.
#[derive(Debug)]
pub struct Bound {
    /// The listener.
    pub listener: Listener,
    /// The address that it is bound to.
    pub address: SocketAddr,
    /// Every thread's.
    pub(crate) sockets: Vec<Vec<TcpListener>>,
    /// Each of them once, for a process that takes over.
    pub(crate) to_pass_on: Vec<TcpListener>,
}

/// A listener that cannot be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
}

/// Binds listeners for a number of threads. Where sockets of `inherited` are bound to a listener's address, all of them are used in its
/// place.
///
/// # Errors
/// The first address that cannot be bound.
pub fn bind(
    listeners: &[Listener],
    threads: usize,
    inherited: &[TcpListener],
) -> Result<Vec<Bound>, BindError> {
    listeners
        .iter()
        .map(|listener| {
            let failed = |source| BindError { address: listener.address, source };
            let passed = inherited
                .iter()
                .filter(|socket| {
                    socket.local_addr().is_ok_and(|address| address == listener.address)
                })
                .map(TcpListener::try_clone)
                .collect::<io::Result<Vec<_>>>()
                .map_err(failed)?;
            let to_pass_on = if passed.is_empty() {
                let covers_ipv4 = covers_ipv4(listener.address, listeners);
                reuse_port(listener.address, threads, covers_ipv4).map_err(failed)?
            } else {
                passed
            };
            let address = to_pass_on
                .first()
                .map_or(Ok(listener.address), TcpListener::local_addr)
                .map_err(failed)?;
            let sockets = share(&to_pass_on, threads).map_err(failed)?;
            Ok(Bound { listener: listener.clone(), address, sockets, to_pass_on })
        })
        .collect()
}

/// `[::]` also takes IPv4, unless another listener has that port there.
fn covers_ipv4(address: SocketAddr, listeners: &[Listener]) -> bool {
    let any_v4 = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), address.port());
    address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        && !listeners.iter().any(|other| other.address == any_v4)
}

fn reuse_port(
    address: SocketAddr,
    threads: usize,
    covers_ipv4: bool,
) -> io::Result<Vec<TcpListener>> {
    let mut address = address;
    let mut sockets = Vec::with_capacity(threads);
    for _ in 0..threads {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(!covers_ipv4)?;
        }
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        socket.bind(&address.into())?;
        socket.listen(1024)?;
        socket.set_nonblocking(true)?;
        // Accepted connections have it from here. A WebSocket may be quiet for hours; a visitor that is gone without a word is noticed.
        socket.set_tcp_keepalive(&KEEPALIVE)?;
        let socket = TcpListener::from(socket);
        // Port 0: the first socket chooses, the others follow.
        address = socket.local_addr()?;
        sockets.push(socket);
    }
    Ok(sockets)
}

/// Every socket gets a thread, and every thread a socket.
fn share(sockets: &[TcpListener], threads: usize) -> io::Result<Vec<Vec<TcpListener>>> {
    let mut shares = (0..threads).map(|_| Vec::new()).collect::<Vec<_>>();
    let turns = threads.max(sockets.len());
    for (turn, socket) in sockets.iter().cycle().take(turns).enumerate() {
        socket.set_nonblocking(true)?;
        if let Some(share) = shares.get_mut(turn % threads) {
            share.push(socket.try_clone()?);
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    use crossgate_model::{Listener, PublicAddress};

    use super::{Bound, bind};

    fn listener(address: SocketAddr) -> Listener {
        Listener::plain(address, PublicAddress::STANDARD)
    }

    fn of(address: SocketAddr, threads: usize, inherited: &[TcpListener]) -> Bound {
        bind(&[listener(address)], threads, inherited).unwrap().remove(0)
    }

    #[test]
    fn a_group_that_is_passed_on_is_accepted_from_whole_by_any_number_of_threads() {
        for (before, after) in [(1, 1), (1, 3), (4, 1), (4, 2), (2, 4), (3, 4)] {
            let old = of("127.0.0.1:0".parse().unwrap(), before, &[]);
            let waiting: [TcpStream; 32] =
                std::array::from_fn(|_| TcpStream::connect(old.address).unwrap());
            let new = of(old.address, after, &old.to_pass_on);
            drop(old);
            assert_eq!(new.sockets.len(), after);
            assert!(new.sockets.iter().all(|of_thread| !of_thread.is_empty()), "{before} {after}");
            assert_eq!(new.to_pass_on.len(), before, "it does not grow");
            let accepted = new.sockets.iter().flatten();
            let accepted =
                accepted.map(|socket| std::iter::from_fn(|| socket.accept().ok()).count());
            assert_eq!(accepted.sum::<usize>(), waiting.len(), "{before} to {after} threads");
        }
    }

    #[test]
    fn sockets_of_other_addresses_are_left_alone() {
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let bound = of("127.0.0.1:0".parse().unwrap(), 1, std::slice::from_ref(&other));
        assert_ne!(bound.address, other.local_addr().unwrap());
        assert!(bound.to_pass_on.iter().all(|socket| socket.as_raw_fd() != other.as_raw_fd()));
    }
}
