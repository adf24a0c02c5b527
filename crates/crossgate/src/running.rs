//! A gateway that runs: started from a config, reloaded, drained.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
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
use tokio_util::sync::CancellationToken;

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
    outbox: Outbox,
    started_with: StartedWith,
    stop: CancellationToken,
    tasks: Vec<Task<()>>,
    log_writer: JoinHandle<()>,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) admin_address: SocketAddr,
}

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
        let admin_listener =
            tokio::net::TcpListener::bind(config.admin.address).await.with_context(|| {
                format!("cannot listen on {} for the admin pages", config.admin.address)
            })?;
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
        let gateway = Arc::new(Gateway {
            gate: ArcSwap::from_pointee(gate),
            sessions: Arc::clone(&sessions),
            web,
            log,
            metrics,
            control: Handle::current(),
        });
        let as_gateway = Arc::clone(&gateway) as Arc<dyn crossgate_proxy::Gateway>;
        let server = Server::start(bound, &as_gateway, Limits::default())?;
        let stop = CancellationToken::new();
        let pages = admin_router(&admin, admin_pages(&gateway, &store, surroundings.admin_pages));
        let serve_admin = axum::serve(admin_listener, pages)
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        let tasks = vec![
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
            outbox,
            started_with,
            stop,
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
        }
        self.outbox.configure(mail);
        self.gateway.web.rename(&brand);
        self.gateway.sessions.declare_service_tokens(&gate.snapshot().service_tokens);
        self.gateway.gate.store(Arc::new(gate));
        self.gateway.metrics.config_in_force(generation);
        Ok(())
    }

    /// Counts a config that was not put in force.
    pub(crate) fn reload_refused(&self) {
        self.gateway.metrics.reload_refused();
    }

    /// Stops accepting, finishes what is in flight, and ends. Returns how many connections were cut at the deadline.
    pub(crate) async fn drain(self, deadline: Duration) -> usize {
        let Self { server, stop, tasks, store, gateway, log_writer, .. } = self;
        let drained = tokio::task::spawn_blocking(move || server.drain(deadline)).await;
        // The last lines first: what they tell is counted and written by the tasks.
        drop(gateway);
        let _written = tokio::time::timeout(Duration::from_secs(2), async {
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

fn admin_pages(gateway: &Arc<Gateway>, store: &Store, more: Option<Router>) -> AdminPages {
    // Weak: the pages must not keep the log's writer waiting for its last line.
    let (store, metrics) = (store.clone(), Arc::downgrade(gateway));
    AdminPages {
        ready: Box::new(move || {
            let store = store.clone();
            Box::pin(
                async move { store.ping().await.map_err(|_| NotReady("the store cannot be used")) },
            )
        }),
        metrics: Box::new(move || {
            metrics.upgrade().map(|gateway| gateway.metrics.text(&gateway.log)).unwrap_or_default()
        }),
        more,
    }
}
