//! Listening sockets: one a thread with SO_REUSEPORT, or those that were passed in.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use crossgate_model::Listener;
use socket2::{Domain, Protocol, Socket, Type};

/// A listener with its sockets, one a thread.
#[derive(Debug)]
pub struct Bound {
    /// The listener.
    pub listener: Listener,
    /// The address that it is bound to.
    pub address: SocketAddr,
    pub(crate) sockets: Vec<TcpListener>,
}

/// A listener that cannot be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
}

/// Binds listeners for a number of threads. A socket of `inherited` that is bound to a listener's address is used in its place.
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
            let passed = inherited.iter().find(|socket| {
                socket.local_addr().is_ok_and(|address| address == listener.address)
            });
            let sockets = match passed {
                Some(socket) => share(socket, threads),
                None => {
                    reuse_port(listener.address, threads, covers_ipv4(listener.address, listeners))
                }
            };
            let sockets = sockets.map_err(failed)?;
            let address = sockets
                .first()
                .map_or(Ok(listener.address), TcpListener::local_addr)
                .map_err(failed)?;
            Ok(Bound { listener: listener.clone(), address, sockets })
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
        let socket = TcpListener::from(socket);
        // Port 0: the first socket chooses, the others follow.
        address = socket.local_addr()?;
        sockets.push(socket);
    }
    Ok(sockets)
}

fn share(socket: &TcpListener, threads: usize) -> io::Result<Vec<TcpListener>> {
    socket.set_nonblocking(true)?;
    (0..threads).map(|_| socket.try_clone()).collect()
}
