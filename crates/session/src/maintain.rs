//! What goes on beside the requests.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{SessionError, Sessions};

/// How often the store is asked whether another process changed anything.
const REFRESH: Duration = Duration::from_secs(1);
/// Every so many refreshes the store is told which service tokens were used.
const TELL_EVERY: u64 = 60;
/// Every so many refreshes keys are rotated if they are due, and the store is swept.
const HOURLY: u64 = 3600;

impl Sessions {
    /// Keeps memory, keys and store in order until `shutdown`: within about a second of another process's change it is
    /// seen here; keys are rotated when they are due; what is over is removed. Failures are logged and tried again.
    pub async fn maintain(
        self: Arc<Self>,
        clock: impl Fn() -> i64 + Send,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let mut shutdown = pin!(shutdown);
        let mut ticks = interval(REFRESH);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for tick in 0_u64.. {
            tokio::select! {
                () = &mut shutdown => break,
                _ = ticks.tick() => self.keep_in_order(tick, clock()).await,
            }
        }
        noted("noting when service tokens were used", self.tell_last_seen().await);
    }

    async fn keep_in_order(&self, tick: u64, now: i64) {
        noted("looking for changes in the store", self.refresh(now).await);
        if tick.is_multiple_of(TELL_EVERY) {
            noted("noting when service tokens were used", self.tell_last_seen().await);
        }
        if tick.is_multiple_of(HOURLY) {
            noted("rotating the signing keys", self.rotate_keys(now).await);
            noted("removing what is over", self.sweep(now).await);
        }
    }

    async fn tell_last_seen(&self) -> Result<(), SessionError> {
        Ok(self.service_tokens.tell_last_seen(&self.store).await?)
    }

    async fn sweep(&self, now: i64) -> Result<(), SessionError> {
        let removed = self.store.sweep(now).await?;
        if removed > 0 {
            tracing::debug!(removed, "what was over is removed from the store");
        }
        Ok(())
    }
}

fn noted(what: &'static str, result: Result<(), SessionError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "failed: {what}");
    }
}
