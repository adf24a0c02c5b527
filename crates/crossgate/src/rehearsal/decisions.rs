//! What the gateway under trial wrote of its decisions.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

/// A line of the decision log, as far as it is needed.
#[derive(Deserialize)]
pub(super) struct Decision {
    host: Option<String>,
    pub(super) application: Option<String>,
    pub(super) row: u8,
    pub(super) reason: String,
    pub(super) policy: Option<String>,
    pub(super) cors: Option<DecisionOnCors>,
    pub(super) upstream_status: Option<u16>,
}

/// What it says of CORS.
#[derive(Deserialize)]
pub(super) struct DecisionOnCors {
    pub(super) reason: Option<String>,
}

/// The decision log of a gateway that is asked one thing after the other.
#[derive(Clone, Default)]
pub(super) struct Decisions(Arc<Mutex<Log>>);

#[derive(Default)]
struct Log {
    text: Vec<u8>,
    /// What stands before was looked at.
    read: usize,
}

impl Decisions {
    /// The decision on the request to `host` that was just answered. Its line is written a moment after the answer.
    pub(super) async fn next_of(&self, host: &str) -> Option<Decision> {
        for _ in 0..200 {
            if let Some(decision) = self.find(host) {
                return Some(decision);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }

    fn find(&self, host: &str) -> Option<Decision> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let rest = log.text.get(log.read..)?;
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let decision = rest.get(..end).map(serde_json::from_slice::<Decision>)?;
            log.read += end + 1;
            if let Ok(decision) = decision
                && decision.host.as_deref().is_none_or(|own| own == host)
            {
                return Some(decision);
            }
        }
    }
}

impl Write for Decisions {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
