//! Lines that a program prints, as they come.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::wait::{PATIENCE, until};

/// The lines of one output. Cheap to clone; clones see the same lines.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Collects from an output until it is closed.
    pub fn collect(output: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let collected = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                collected.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        lines
    }

    /// Everything so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    /// The last lines so far.
    #[must_use]
    pub fn last(&self, count: usize) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().skip(lines.len().saturating_sub(count)).cloned().collect::<Vec<_>>().join("\n")
    }

    /// The lines so far that are JSON.
    #[must_use]
    pub fn json(&self) -> Vec<Value> {
        self.text().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits for a line that is JSON and fits.
    ///
    /// # Panics
    ///
    /// When none comes within [`PATIENCE`].
    pub async fn wait_for(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let what = format!("a log line: {what}");
        until(&what, PATIENCE, async || self.json().into_iter().rev().find(|line| fits(line))).await
    }

    /// Waits for a line that contains this text.
    ///
    /// # Panics
    ///
    /// When none comes within [`PATIENCE`].
    pub async fn wait_for_text(&self, text: &str) -> String {
        let what = format!("a line with {text:?}");
        until(&what, PATIENCE, async || {
            self.text().lines().find(|line| line.contains(text)).map(str::to_owned)
        })
        .await
    }
}
