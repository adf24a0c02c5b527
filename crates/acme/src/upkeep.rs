//! Sees to it that every name has a certificate: one process of a store asks, all present and answer.

use std::sync::Arc;
use std::time::Duration;

use crossgate_store::{Store, StoreError};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::due::{Due, note};
use crate::order::order;
use crate::schedule::renew_at;
use crate::{Material, Wanted, material};

/// How often the store is looked at: what another process published is presented and answered this much later.
const TICK: Duration = Duration::from_secs(1);
/// Seconds for which a process keeps the task of asking. A process that is killed holds it no longer than this.
const LEASE: i64 = 60;
/// Seconds after which it says again that it is there.
const RENEW_LEASE: i64 = 15;

/// Seconds after which live challenges are looked at again.
const LOOK_AGAIN: i64 = 15;

/// What the rest of the gateway is told.
pub trait Notice: Send + Sync + 'static {
    /// This is what to present and answer from now on.
    fn publish(&self, material: Material);
    /// An order came to its end.
    fn ordered(&self, succeeded: bool);
}

/// Keeps certificates in order.
pub struct Upkeep {
    /// Where everything is kept.
    pub store: Store,
    /// What the config wants; changes with it.
    pub wanted: watch::Receiver<Option<Wanted>>,
    /// Who presents and answers.
    pub notice: Arc<dyn Notice>,
    /// Unix time in seconds.
    pub clock: fn() -> i64,
    /// A name of this process that no other has.
    pub holder: String,
}

/// Where an upkeep stands.
#[derive(Default)]
struct State {
    /// The store's revision that was published.
    revision: Option<i64>,
    /// When challenges are to be looked at again, if there were any: their time may be over without anybody saying so.
    look_again_at: Option<i64>,
    /// The order under way.
    order: Option<JoinHandle<()>>,
    lease_kept_at: i64,
    /// The task that is held, if one is.
    lease: Option<String>,
    /// Whether it was said already that something is wrong.
    complained: bool,
}

impl Upkeep {
    /// Works until `shutdown`.
    pub async fn run(mut self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let look = Arc::new(Notify::new());
        let mut state = State::default();
        let mut gone = false;
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                _ = ticks.tick() => {}
                () = look.notified() => {}
                changed = self.wanted.changed(), if !gone => {
                    gone = changed.is_err();
                    state.revision = None;
                }
            }
            match self.step(&mut state, &look).await {
                Ok(()) => state.complained = false,
                // Once, not every second.
                Err(error) if !state.complained => {
                    state.complained = true;
                    tracing::warn!(%error, "certificates cannot be kept in order: the store is looked at again every second");
                }
                Err(_) => {}
            }
        }
        if let Some(order) = state.order.take() {
            order.abort();
        }
        if let Some(task) = state.lease.take() {
            // It ends by itself, too, only later.
            let _given_back = self.store.give_lease_back(&task, &self.holder).await;
        }
    }

    async fn step(&self, state: &mut State, look: &Arc<Notify>) -> Result<(), StoreError> {
        let wanted = self.wanted.borrow().clone();
        let now = (self.clock)();
        self.publish(state, wanted.as_ref(), now).await?;
        if state.order.as_ref().is_some_and(|order| !order.is_finished()) {
            if let Some(task) = &state.lease
                && now >= state.lease_kept_at.saturating_add(RENEW_LEASE)
            {
                self.store.take_lease(task, &self.holder, now, now.saturating_add(LEASE)).await?;
                state.lease_kept_at = now;
            }
            return Ok(());
        }
        state.order = None;
        let due = match &wanted {
            Some(wanted) => self.due(wanted, now).await?,
            None => None,
        };
        let (Some(wanted), Some(due)) = (wanted, due) else {
            if let Some(task) = state.lease.take() {
                self.store.give_lease_back(&task, &self.holder).await?;
            }
            return Ok(());
        };
        let task = format!("acme {}", wanted.authority.directory);
        if !self.store.take_lease(&task, &self.holder, now, now.saturating_add(LEASE)).await? {
            return Ok(());
        }
        (state.lease, state.lease_kept_at) = (Some(task), now);
        // Another process may have been here between the look and the lease.
        if self.due(&wanted, now).await?.is_some_and(|still| still.name == due.name) {
            state.order = Some(tokio::spawn(self.ask(wanted, due, now, Arc::clone(look))));
        }
        Ok(())
    }

    /// Tells what is in the store, where that may have changed.
    async fn publish(
        &self,
        state: &mut State,
        wanted: Option<&Wanted>,
        now: i64,
    ) -> Result<(), StoreError> {
        let revision = match wanted {
            Some(_) => self.store.revision().await?,
            None => 0,
        };
        let look_again = state.look_again_at.is_some_and(|at| at <= now);
        if state.revision != Some(revision) || look_again {
            let material = material(&self.store, wanted, now).await?;
            let challenges = !material.handshakes.is_empty() || !material.requests.is_empty();
            state.look_again_at = challenges.then(|| now.saturating_add(LOOK_AGAIN));
            state.revision = Some(revision);
            self.notice.publish(material);
        }
        Ok(())
    }

    /// The first name that wants a certificate now.
    async fn due(&self, wanted: &Wanted, now: i64) -> Result<Option<Due>, StoreError> {
        let directory = &wanted.authority.directory;
        let certificates = self.store.acme_certificates(directory).await?;
        let of_others = self.store.acme_certificates_of_others(directory, now).await?;
        let failures = self.store.acme_failures(directory).await?;
        let due = wanted.names.iter().find_map(|name| {
            let certificate = certificates.iter().find(|it| it.name == name.as_str());
            let other = of_others.iter().find(|it| it.name == name.as_str());
            let good_until = certificate.or(other).map(|it| it.not_after).filter(|it| *it > now);
            let renews = certificate
                .is_none_or(|it| renew_at(name.as_str(), it.not_before, it.not_after) <= now);
            let failure = failures.iter().find(|it| it.name == name.as_str());
            let waits = failure.is_some_and(|it| it.retry_at > now);
            let failures = failure.map_or(0, |it| it.count);
            (renews && !waits).then(|| Due { name: name.clone(), good_until, failures })
        });
        Ok(due)
    }

    /// Orders a certificate and says how that went.
    fn ask(
        &self,
        wanted: Wanted,
        due: Due,
        now: i64,
        look: Arc<Notify>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (store, notice, clock) = (self.store.clone(), Arc::clone(&self.notice), self.clock);
        async move {
            let authority = &wanted.authority;
            let published = || look.notify_one();
            let done = order(&store, authority, &due.name, now, &published).await;
            notice.ordered(done.is_ok());
            match done {
                Ok(certificate) => {
                    let days = certificate.not_after.saturating_sub(clock()) / 86_400;
                    tracing::info!(name = %due.name, days, "a certificate was issued");
                }
                Err(failure) => {
                    let noted = note(&store, &wanted, &due, &failure, clock());
                    if let Err(error) = noted.await {
                        tracing::warn!(%error, "a failure cannot be noted");
                    }
                    let to_do = failure.to_do(&due.name, authority);
                    due.complain(&failure, &to_do, clock());
                }
            }
            look.notify_one();
        }
    }
}
