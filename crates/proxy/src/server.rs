//! Threads that accept and serve, and how they stop.

use std::net::{IpAddr, TcpListener};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use crossgate_gate::is_trusted_proxy;
use crossgate_model::Listener;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::balance::Upstreams;
use crate::connection::{Entrance, serve};
use crate::crowd::{Crowd, Full, Place, Room};
use crate::date::Dates;
use crate::drain::Drain;
use crate::{Bound, Failure, Gateway, Issued, Limits, ListenerTls, TlsError};

/// A running data plane.
pub struct Server {
    threads: Vec<JoinHandle<usize>>,
    entrances: Vec<Arc<Entrance>>,
    issued: Arc<Issued>,
    stop: CancellationToken,
    cut: CancellationToken,
    idle: Arc<OnceLock<Duration>>,
    to_pass_on: Vec<TcpListener>,
}

/// How a drain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections and WebSockets that were still open at the deadline, and were cut.
    pub cut: usize,
}

/// What all connections of a thread share.
pub(crate) struct Worker {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) limits: Limits,
    crowds: Crowds,
    pub(crate) upstreams: Upstreams,
    /// WebSockets that are open.
    pub(crate) tunnels: TaskTracker,
    pub(crate) drain: Rc<Drain>,
    /// The end of the drain: whatever is still open ends.
    pub(crate) cut: CancellationToken,
    pub(crate) dates: Dates,
}

/// Who is there, of all threads.
#[derive(Clone, Default)]
struct Crowds {
    connections: Arc<Crowd>,
    web_sockets: Arc<Crowd>,
}

/// How often connections to upstreams are looked through for those that nobody needs.
const SWEEP: Duration = Duration::from_secs(5);

impl Server {
    /// Starts as many threads as the listeners were bound for.
    ///
    /// # Errors
    /// A certificate cannot be used, or a thread cannot start.
    pub fn start(
        bound: Vec<Bound>,
        gateway: &Arc<dyn Gateway>,
        limits: Limits,
    ) -> Result<Self, StartError> {
        Self::start_with(bound, gateway, limits, Arc::default())
    }

    /// As [`Server::start`], with certificates that an authority issues.
    ///
    /// # Errors
    /// A certificate cannot be used, or a thread cannot start.
    pub fn start_with(
        bound: Vec<Bound>,
        gateway: &Arc<dyn Gateway>,
        limits: Limits,
        issued: Arc<Issued>,
    ) -> Result<Self, StartError> {
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let count = bound.iter().map(|bound| bound.sockets.len()).max().unwrap_or_default();
        let mut sockets = (0..count).map(|_| Vec::new()).collect::<Vec<_>>();
        let mut entrances = Vec::with_capacity(bound.len());
        let mut to_pass_on = Vec::new();
        for Bound { listener, sockets: of_listener, to_pass_on: of_group, .. } in bound {
            to_pass_on.extend(of_group);
            let entrance = Arc::new(Entrance {
                public: listener.public,
                tls: ArcSwapOption::new(listener_tls(&listener, &issued)?),
                redirects: AtomicBool::new(listener.redirect_https),
                issued: Arc::clone(&issued),
            });
            for (thread, of_thread) in sockets.iter_mut().zip(of_listener) {
                thread.extend(of_thread.into_iter().map(|socket| (Arc::clone(&entrance), socket)));
            }
            entrances.push(entrance);
        }
        let (mut threads, idle) = (Vec::with_capacity(count), Arc::<OnceLock<Duration>>::default());
        let crowds = Crowds::default();
        for (number, sockets) in sockets.into_iter().enumerate() {
            let ending = Ending { stop: stop.clone(), idle: Arc::clone(&idle), cut: cut.clone() };
            let (gateway, crowds) = (Arc::clone(gateway), crowds.clone());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let run = move || {
                LocalSet::new().block_on(&runtime, work(sockets, gateway, limits, crowds, ending))
            };
            threads
                .push(std::thread::Builder::new().name(format!("data-plane-{number}")).spawn(run)?);
        }
        Ok(Self { threads, entrances, issued, stop, cut, idle, to_pass_on })
    }

    /// The sockets that it accepts from, each once, for a process that takes over.
    #[must_use]
    pub fn sockets(&self) -> &[TcpListener] {
        &self.to_pass_on
    }

    /// Reads the certificates of the listeners again, in the order in which they were started. Connections that are open keep theirs.
    ///
    /// # Errors
    /// A certificate cannot be used; then all listeners keep what they have.
    pub fn reload_certificates(&self, listeners: &[Listener]) -> Result<(), TlsError> {
        let read = listeners.iter().map(|listener| listener_tls(listener, &self.issued));
        let read = read.collect::<Result<Vec<_>, _>>()?;
        for ((entrance, tls), listener) in self.entrances.iter().zip(read).zip(listeners) {
            entrance.tls.store(tls);
            entrance.redirects.store(listener.redirect_https, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Stops accepting, lets requests in flight finish for as long as `deadline`, then cuts what is left; WebSockets are told. A visitor of
    /// HTTP/1.1 who is between two requests may send another one, which is the last of the connection, for as long as `idle`: if the
    /// connection were closed at once, a request could be on its way to it. Blocks until all threads have ended.
    #[must_use]
    pub fn drain(self, deadline: Duration, idle: Duration) -> Drained {
        // Set once: it is drained once.
        let _first = self.idle.set(idle.min(deadline));
        self.stop.cancel();
        drop(self.to_pass_on);
        let cut = self.cut.clone();
        std::thread::spawn(move || {
            std::thread::sleep(deadline);
            cut.cancel();
        });
        Drained { cut: self.threads.into_iter().filter_map(|thread| thread.join().ok()).sum() }
    }
}

fn listener_tls(
    listener: &Listener,
    issued: &Arc<Issued>,
) -> Result<Option<Arc<ListenerTls>>, TlsError> {
    listener.has_tls().then(|| ListenerTls::read(listener, issued).map(Arc::new)).transpose()
}

/// Why the data plane cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A thread or runtime cannot start.
    #[error("a thread cannot start: {0}")]
    Thread(#[from] std::io::Error),
    /// A certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// What a thread is told of its end.
struct Ending {
    stop: CancellationToken,
    /// How long a connection may wait for another request, set before `stop`.
    idle: Arc<OnceLock<Duration>>,
    cut: CancellationToken,
}

/// How often it is said that connections cannot be accepted.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// How long WebSockets may take to end when they are cut.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A thread's work. Returns how many connections were cut.
async fn work(
    sockets: Vec<(Arc<Entrance>, TcpListener)>,
    gateway: Arc<dyn Gateway>,
    limits: Limits,
    crowds: Crowds,
    ending: Ending,
) -> usize {
    let Ending { stop, idle, cut } = ending;
    let (upstreams, tunnels) = (Upstreams::new(Arc::clone(&gateway)), TaskTracker::new());
    let drain = Rc::<Drain>::default();
    let worker = Rc::new(Worker {
        gateway,
        limits,
        crowds,
        upstreams,
        tunnels: tunnels.clone(),
        drain: Rc::clone(&drain),
        cut: cut.clone(),
        dates: Dates::default(),
    });
    let sweeping = tokio::task::spawn_local(sweep(Rc::clone(&worker)));
    let mut accepting = JoinSet::new();
    for (entrance, socket) in sockets {
        accepting.spawn_local(accept(Rc::clone(&worker), entrance, socket, stop.clone()));
    }
    let mut open = Vec::new();
    while let Some(connections) = accepting.join_next().await {
        open.extend(connections);
    }
    drain.begin(Instant::now() + idle.get().copied().unwrap_or_default());
    let finished = async {
        for connections in &mut open {
            while connections.join_next().await.is_some() {}
        }
        tunnels.close();
        tunnels.wait().await;
    };
    let left = tokio::select! {
        () = finished => 0,
        () = cut.cancelled() => {
            let left = open.iter().map(JoinSet::len).sum::<usize>() + tunnels.len();
            tunnels.close();
            // Those that cannot be told in time are not told.
            let _told = timeout(LAST_WORDS, tunnels.wait()).await;
            left
        }
    };
    sweeping.abort();
    left
}

impl Worker {
    /// A place for a connection, if there is one left.
    fn place(&self, address: IpAddr) -> Option<Place> {
        let Limits { connections, connections_of_a_network, .. } = self.limits;
        let room = Room { of_all: connections, of_a_network: connections_of_a_network };
        match self.admit(&self.crowds.connections, address, room) {
            Ok(place) => Some(place),
            Err(full) => {
                tracing::debug!(peer = %address, reason = full.reason(), "a connection is refused");
                self.gateway.connection_cut(full.reason());
                None
            }
        }
    }

    /// A place for a WebSocket, if there is one left.
    pub(crate) fn place_of_web_socket(&self, address: IpAddr) -> Result<Place, Failure> {
        let Limits { web_sockets, web_sockets_of_a_network, .. } = self.limits;
        let room = Room { of_all: web_sockets, of_a_network: web_sockets_of_a_network };
        self.admit(&self.crowds.web_sockets, address, room).map_err(|_| Failure::TooManyWebSockets)
    }

    fn admit(&self, crowd: &Arc<Crowd>, address: IpAddr, room: Room) -> Result<Place, Full> {
        let gate = self.gateway.gate();
        let speaks_for_many = is_trusted_proxy(address, &gate.snapshot().trusted_proxies);
        crowd.admit(address, speaks_for_many, room)
    }
}

/// Closes connections to upstreams that nobody needs any more.
async fn sweep(worker: Rc<Worker>) {
    loop {
        sleep(SWEEP).await;
        worker.upstreams.sweep();
    }
}

/// Accepts until `stop`; returns the connections that are open then.
async fn accept(
    worker: Rc<Worker>,
    entrance: Arc<Entrance>,
    socket: TcpListener,
    stop: CancellationToken,
) -> JoinSet<()> {
    let mut connections = JoinSet::new();
    let socket = match tokio::net::TcpListener::from_std(socket) {
        Ok(socket) => socket,
        Err(error) => {
            tracing::error!(%error, "a listener cannot be used");
            return connections;
        }
    };
    let mut told = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return connections,
            Some(_ended) = connections.join_next() => {}
            accepted = socket.accept() => match accepted {
                Ok((stream, address)) => {
                    let Some(place) = worker.place(address.ip()) else { continue };
                    let (worker, entrance, stop) =
                        (Rc::clone(&worker), Arc::clone(&entrance), stop.clone());
                    connections.spawn_local(serve(worker, entrance, stream, address, place, stop));
                }
                // Out of descriptors, mostly: it passes when connections end, and must not spin until then.
                Err(error) => {
                    worker.gateway.accept_failed();
                    if told.is_none_or(|told: Instant| told.elapsed() > TOLD_EVERY) {
                        told = Some(Instant::now());
                        tracing::warn!(%error, "connections cannot be accepted, they wait in the queue");
                    }
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}
