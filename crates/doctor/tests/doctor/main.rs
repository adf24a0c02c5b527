//! What the doctor makes of recordings.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod builder;
mod classes;
mod config;
mod hostile;
mod sessions;

use crossgate_doctor::{Console, Diagnosis, Har, diagnose};

/// Diagnoses, and makes sure that nothing secret is in what comes out.
fn examine(har: &str, console: &str) -> Diagnosis {
    let har = Har::read(har.as_bytes()).unwrap();
    let console = Console::read(console.as_bytes()).unwrap();
    let diagnosis = diagnose(&har, &console, None);
    let printed = serde_json::to_string(&diagnosis).unwrap();
    assert!(!printed.contains("SECRET"), "{printed}");
    diagnosis
}
