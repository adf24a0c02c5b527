//! What pages of other origins asked for and did not get, counted in memory and written to the store now and then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossgate_store::{CorsRefusal, CorsRefusalCount, Store};
use tokio::time::sleep;

use crate::clock;
use crate::decision_log::Line;

/// How often counts are written.
const WRITE: Duration = Duration::from_secs(30);

/// Different refusals that wait to be written; strangers choose the origins.
const WAITING: usize = 1_000;

const DAY: i64 = 86_400;

/// Today, in days since 1970.
pub(crate) fn today() -> i64 {
    clock::now() / DAY
}

/// Refusals that wait to be written. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct CorsTelemetry(Arc<Mutex<HashMap<CorsRefusal, CorsRefusalCount>>>);

impl CorsTelemetry {
    /// Counts a decision, if it refused a page of another origin something. Called off the request path.
    pub(crate) fn count(&self, line: &Line<'_>) {
        let (Some(cors), Some(application)) = (&line.cors, line.application) else {
            return;
        };
        if cors.allowed {
            return;
        }
        let refusal = CorsRefusal {
            application: application.to_owned(),
            origin: cors.origin.to_owned(),
            kind: cors.kind.to_owned(),
            reason: cors.reason.unwrap_or("origin-not-allowed").to_owned(),
            method: cors.requested_method.or(line.method).unwrap_or_default().to_owned(),
            refused: cors.refused.unwrap_or_default().to_owned(),
        };
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = waiting.len() < WAITING || waiting.contains_key(&refusal);
        if room {
            let count = waiting.entry(refusal).or_default();
            count.count += 1;
            count.signed_in += i64::from(line.identity.is_some());
        }
    }

    /// Writes counts until `stop`, and what is left then.
    pub(crate) async fn run(self, store: Store, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            let stopped = tokio::select! {
                () = sleep(WRITE) => false,
                () = stop.as_mut() => true,
            };
            self.write(&store).await;
            if stopped {
                return;
            }
        }
    }

    async fn write(&self, store: &Store) {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.is_empty() {
            return;
        }
        let counts = waiting.into_iter().collect::<Vec<_>>();
        if let Err(error) = store.add_cors_refusals(today(), &counts).await {
            tracing::warn!(%error, "what CORS refused could not be written");
        }
    }
}
