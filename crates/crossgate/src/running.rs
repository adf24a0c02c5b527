//! A gateway that runs: started from a config, reloaded, drained.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use axum::Router;
use crossgate_model::{Admin, Config, Listener};
use crossgate_proxy::{Limits, Server};
use crossgate_session::Sessions;
use crossgate_store::Store;
use crossgate_web::{AdminPages, NotReady, Outbox, Web, admin_router};
use tokio::runtime::Handle;
use tokio::task::JoinHandle as Task;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::certificates::Certificates;
use crate::cors_telemetry::CorsTelemetry;
use crate::decision_log::DecisionLog;
use crate::gateway::Gateway;
use crate::metrics::Metrics;
use crate::{clock, remember};

/// A gateway that serves.
pub(crate) struct Running {
    pub(crate) gateway: Arc<Gateway>,
    store: Store,
    server: Server,
    certificates: Arc<Certificates>,
    /// What the admin pages are served on, for a process that takes over.
    admin_socket: TcpListener,
    outbox: Outbox,
    started_with: StartedWith,
    stop: CancellationToken,
    /// Ends the admin listener, if that is not to serve as long as the rest.
    stop_admin: CancellationToken,
    draining: Arc<AtomicBool>,
    tasks: Vec<Task<()>>,
    log_writer: JoinHandle<()>,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) admin_address: SocketAddr,
}

/// Who serves when this process does no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heir {
    Nobody,
    /// Another process, on the same sockets.
    Process,
}

/// A store that takes longer is not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What a reload cannot change.
#[derive(PartialEq)]
struct StartedWith {
    listeners: Vec<SocketAddr>,
    admin: SocketAddr,
    store: String,
    auth_domain: String,
}

/// What the binary's surroundings add to a config.
pub(crate) struct Surroundings {
    /// Threads of the data plane.
    pub(crate) workers: usize,
    /// Sockets that were passed in.
    pub(crate) inherited: Vec<TcpListener>,
    /// More pages on the admin listener.
    pub(crate) admin_pages: Option<Router>,
    /// Where decisions are written.
    pub(crate) log: Box<dyn std::io::Write + Send>,
}

impl Running {
    /// Starts everything. When this returns, requests are served.
    pub(crate) async fn start(config: Config, surroundings: Surroundings) -> Result<Self> {
        let store = remember::open_store(&config).await?;
        let started_with = StartedWith::of(&config);
        let bound = crossgate_proxy::bind(
            &config.listeners,
            surroundings.workers,
            &surroundings.inherited,
        )?;
        let addresses = bound.iter().map(|bound| bound.address).collect();
        let admin_socket = admin_socket(config.admin.address, &surroundings.inherited)?;
        let admin_listener = tokio::net::TcpListener::from_std(admin_socket.try_clone()?)?;
        complain_of_unused(&surroundings.inherited, &config);
        let admin = Admin { address: admin_listener.local_addr()?, ..config.admin.clone() };
        let (mail, brand) = (config.mail.clone(), config.organization.name.clone());
        let gate = remember::gate(config, &store, 1).await?;
        let snapshot = gate.snapshot();
        let issuer = snapshot.public.origin(&snapshot.organization.auth_domain);
        let sessions = Sessions::open(store.clone(), issuer, clock::now()).await?;
        sessions.declare_service_tokens(&snapshot.service_tokens);
        let (outbox, postman) = Outbox::new(mail);
        let web = Arc::new(Web::new(Arc::clone(&sessions), outbox.clone(), &brand));
        let telemetry = CorsTelemetry::default();
        let (log, log_writer) = DecisionLog::start(surroundings.log, telemetry.clone());
        let metrics = Metrics::new();
        metrics.config_in_force(1);
        let certificates = Arc::new(Certificates::new(metrics.certificates.clone()));
        certificates.load(&store, &snapshot.listeners).await?;
        let gateway = Arc::new(Gateway {
            gate: ArcSwap::from_pointee(gate),
            sessions: Arc::clone(&sessions),
            web,
            log,
            metrics,
            control: Handle::current(),
        });
        let as_gateway = Arc::clone(&gateway) as Arc<dyn crossgate_proxy::Gateway>;
        let server = Server::start_with(
            bound,
            &as_gateway,
            Limits::default(),
            Arc::clone(certificates.issued()),
        )?;
        let (stop, draining) = (CancellationToken::new(), Arc::<AtomicBool>::default());
        let stop_admin = stop.child_token();
        let pages = admin_pages(&gateway, &store, &outbox, &draining, surroundings.admin_pages);
        let serve_admin = axum::serve(admin_listener, admin_router(&admin, pages))
            .with_graceful_shutdown(stop_admin.clone().cancelled_owned());
        let tasks = vec![
            tokio::spawn(certificates.upkeep(&store).run(stop.clone().cancelled_owned())),
            tokio::spawn(sessions.maintain(clock::now, stop.clone().cancelled_owned())),
            tokio::spawn(postman.run(stop.clone().cancelled_owned())),
            tokio::spawn(telemetry.run(store.clone(), stop.clone().cancelled_owned())),
            tokio::spawn(async move {
                if let Err(error) = serve_admin.await {
                    tracing::error!(%error, "the admin listener stopped");
                }
            }),
        ];
        Ok(Self {
            gateway,
            store,
            server,
            certificates,
            admin_socket,
            outbox,
            started_with,
            stop,
            stop_admin,
            draining,
            tasks,
            log_writer,
            addresses,
            admin_address: admin.address,
        })
    }

    /// Puts another config in force, whole. Requests in flight end as they began.
    pub(crate) async fn reload(&self, config: Config) -> Result<()> {
        if StartedWith::of(&config) != self.started_with {
            tracing::warn!(
                "listeners, admin address, store and auth_domain are as they were at the start; restart to change them"
            );
        }
        let generation = self.gateway.gate.load().snapshot().generation + 1;
        let (mail, brand) = (config.mail.clone(), config.organization.name.clone());
        let listeners: Vec<Listener> = config.listeners.clone();
        let gate = remember::gate(config, &self.store, generation).await?;
        if listeners.len() == self.addresses.len() {
            self.server.reload_certificates(&listeners)?;
            self.certificates.want(&listeners);
        }
        self.outbox.configure(mail);
        self.gateway.web.rename(&brand);
        self.gateway.sessions.declare_service_tokens(&gate.snapshot().service_tokens);
        self.gateway.gate.store(Arc::new(gate));
        self.gateway.metrics.config_in_force(generation);
        Ok(())
    }

    /// The files of certificates that are in force.
    pub(crate) fn certificate_files(&self) -> Vec<PathBuf> {
        let gate = self.gateway.gate.load();
        let pairs = gate.snapshot().listeners.iter().flat_map(|listener| &listener.tls);
        pairs.flat_map(|pair| [pair.certificate.clone(), pair.private_key.clone()]).collect()
    }

    /// Counts a config that was not put in force.
    pub(crate) fn reload_refused(&self) {
        self.gateway.metrics.reload_refused();
    }

    /// Every socket that it listens on, for a process that takes over.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = &TcpListener> {
        self.server.sockets().iter().chain([&self.admin_socket])
    }

    /// Stops accepting, finishes what is in flight, and ends. Returns how many connections were cut at the deadline.
    pub(crate) async fn drain(self, deadline: Duration, heir: Heir) -> usize {
        let Self { server, stop, stop_admin, draining, tasks, store, gateway, log_writer, .. } =
            self;
        drop(self.admin_socket);
        draining.store(true, Ordering::Relaxed);
        let idle = match heir {
            Heir::Nobody => Duration::from_secs(1).min(deadline / 4),
            Heir::Process => {
                stop_admin.cancel();
                deadline.saturating_sub(Duration::from_secs(2)).max(deadline / 2)
            }
        };
        let drained = tokio::task::spawn_blocking(move || server.drain(deadline, idle)).await;
        // The last lines first: what they tell is counted and written by the tasks.
        drop(gateway);
        let _written = timeout(Duration::from_secs(2), async {
            tokio::task::spawn_blocking(move || log_writer.join()).await
        })
        .await;
        stop.cancel();
        for task in tasks {
            // A task that panicked has ended, too.
            let _ended = task.await;
        }
        store.close().await;
        drained.map_or(0, |drained| drained.cut)
    }
}

impl StartedWith {
    fn of(config: &Config) -> Self {
        Self {
            listeners: config.listeners.iter().map(|listener| listener.address).collect(),
            admin: config.admin.address,
            store: config.store.clone(),
            auth_domain: config.organization.auth_domain.to_string(),
        }
    }
}

/// The socket of the admin pages: one that was passed in, or a new one.
fn admin_socket(address: SocketAddr, inherited: &[TcpListener]) -> Result<TcpListener> {
    let is_passed = |socket: &&TcpListener| socket.local_addr().is_ok_and(|at| at == address);
    let socket = match inherited.iter().find(is_passed) {
        Some(socket) => socket.try_clone(),
        None => TcpListener::bind(address),
    };
    let socket =
        socket.with_context(|| format!("cannot listen on {address} for the admin pages"))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A socket that nobody accepts from goes with what waits in its queue.
fn complain_of_unused(inherited: &[TcpListener], config: &Config) {
    let addresses = config.listeners.iter().map(|listener| listener.address);
    let addresses = addresses.chain([config.admin.address]).collect::<Vec<_>>();
    for address in inherited.iter().filter_map(|socket| socket.local_addr().ok()) {
        if !addresses.contains(&address) {
            tracing::warn!(%address, "a socket that was passed in is no listener of the config: it is closed");
        }
    }
}

fn admin_pages(
    gateway: &Arc<Gateway>,
    store: &Store,
    outbox: &Outbox,
    draining: &Arc<AtomicBool>,
    more: Option<Router>,
) -> AdminPages {
    // Weak: the pages must not keep the log's writer waiting for its last line.
    let (store, metrics, draining) = (store.clone(), Arc::downgrade(gateway), Arc::clone(draining));
    let (outbox, told) = (outbox.clone(), Arc::downgrade(gateway));
    AdminPages {
        ready: Box::new(move || {
            let (store, draining) = (store.clone(), draining.load(Ordering::Relaxed));
            let told = told.clone();
            Box::pin(async move {
                if draining {
                    return Err(NotReady("it stops: requests in flight finish".to_owned()));
                }
                let ready = match timeout(READY_WITHIN, store.ping()).await {
                    Ok(pinged) => pinged.map_err(|error| NotReady(error.to_string())),
                    Err(_) => Err(NotReady("the store is locked or too slow".to_owned())),
                };
                if let Some(gateway) = told.upgrade() {
                    gateway.metrics.store_is_usable(ready.is_ok());
                }
                ready
            })
        }),
        metrics: Box::new(move || {
            let text =
                |gateway: Arc<Gateway>| gateway.metrics.text(&gateway.log, outbox.failures());
            metrics.upgrade().map(text).unwrap_or_default()
        }),
        more,
    }
}
