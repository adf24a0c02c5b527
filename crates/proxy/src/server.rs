//! Threads that accept and serve, and how they stop.

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use rustls::ServerConfig;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::balance::Upstreams;
use crate::connection::{Entrance, serve};
use crate::{Bound, Gateway, Limits, TlsError, server_config};

/// A running data plane.
pub struct Server {
    threads: Vec<JoinHandle<usize>>,
    entrances: Vec<Arc<Entrance>>,
    stop: CancellationToken,
    cut: CancellationToken,
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
    pub(crate) upstreams: Upstreams,
    /// WebSockets that are open.
    pub(crate) tunnels: TaskTracker,
}

impl Server {
    /// Starts as many threads as each listener has sockets.
    ///
    /// # Errors
    /// A certificate cannot be used, or a thread cannot start.
    pub fn start(
        bound: Vec<Bound>,
        gateway: &Arc<dyn Gateway>,
        limits: Limits,
    ) -> Result<Self, StartError> {
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let count = bound.iter().map(|bound| bound.sockets.len()).max().unwrap_or_default();
        let mut sockets = (0..count).map(|_| Vec::new()).collect::<Vec<_>>();
        let mut entrances = Vec::with_capacity(bound.len());
        for Bound { listener, sockets: of_listener, .. } in bound {
            let tls =
                if listener.tls.is_empty() { None } else { Some(server_config(&listener.tls)?) };
            let entrance =
                Arc::new(Entrance { public: listener.public, tls: ArcSwapOption::new(tls) });
            for (thread, socket) in sockets.iter_mut().zip(of_listener) {
                thread.push((Arc::clone(&entrance), socket));
            }
            entrances.push(entrance);
        }
        let mut threads = Vec::with_capacity(count);
        for (number, sockets) in sockets.into_iter().enumerate() {
            let (gateway, stop, cut) = (Arc::clone(gateway), stop.clone(), cut.clone());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let run = move || {
                LocalSet::new().block_on(&runtime, work(sockets, gateway, limits, stop, cut))
            };
            threads
                .push(std::thread::Builder::new().name(format!("data-plane-{number}")).spawn(run)?);
        }
        Ok(Self { threads, entrances, stop, cut })
    }

    /// Reads the certificates of the listeners again, in the order in which they were started. Connections that are open keep theirs.
    ///
    /// # Errors
    /// A certificate cannot be used; then all listeners keep what they have.
    pub fn reload_certificates(
        &self,
        listeners: &[crossgate_model::Listener],
    ) -> Result<(), TlsError> {
        let configs = listeners
            .iter()
            .map(|listener| {
                if listener.tls.is_empty() {
                    Ok(None)
                } else {
                    server_config(&listener.tls).map(Some)
                }
            })
            .collect::<Result<Vec<Option<Arc<ServerConfig>>>, _>>()?;
        for (entrance, config) in self.entrances.iter().zip(configs) {
            entrance.tls.store(config);
        }
        Ok(())
    }

    /// Stops accepting, lets requests in flight finish for as long as `deadline`, then cuts what is left. Blocks until all threads
    /// have ended.
    #[must_use]
    pub fn drain(self, deadline: Duration) -> Drained {
        self.stop.cancel();
        let cut = self.cut.clone();
        std::thread::spawn(move || {
            std::thread::sleep(deadline);
            cut.cancel();
        });
        Drained { cut: self.threads.into_iter().filter_map(|thread| thread.join().ok()).sum() }
    }
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

/// A thread's work. Returns how many connections were cut.
async fn work(
    sockets: Vec<(Arc<Entrance>, TcpListener)>,
    gateway: Arc<dyn Gateway>,
    limits: Limits,
    stop: CancellationToken,
    cut: CancellationToken,
) -> usize {
    let (upstreams, tunnels) = (Upstreams::default(), TaskTracker::new());
    let worker = Rc::new(Worker { gateway, limits, upstreams, tunnels: tunnels.clone() });
    let mut accepting = JoinSet::new();
    for (entrance, socket) in sockets {
        accepting.spawn_local(accept(Rc::clone(&worker), entrance, socket, stop.clone()));
    }
    let mut open = Vec::new();
    while let Some(connections) = accepting.join_next().await {
        open.extend(connections);
    }
    let finished = async {
        for connections in &mut open {
            while connections.join_next().await.is_some() {}
        }
        tunnels.close();
        tunnels.wait().await;
    };
    tokio::select! {
        () = finished => 0,
        () = cut.cancelled() => open.iter().map(JoinSet::len).sum::<usize>() + tunnels.len(),
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
    loop {
        tokio::select! {
            () = stop.cancelled() => return connections,
            Some(_ended) = connections.join_next() => {}
            accepted = socket.accept() => match accepted {
                Ok((stream, address)) => {
                    let (worker, entrance) = (Rc::clone(&worker), Arc::clone(&entrance));
                    connections.spawn_local(serve(worker, entrance, stream, address, stop.clone()));
                }
                // Out of descriptors, mostly: it passes when connections end, and must not spin until then.
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}
