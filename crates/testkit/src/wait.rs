//! Waiting for something, but not forever.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The usual patience: far more than anything here takes, even on a busy computer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until there is an answer.
///
/// # Panics
///
/// When there is none within `limit`; the message says what was waited for.
pub async fn until<T>(what: &str, limit: Duration, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} in vain for {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
