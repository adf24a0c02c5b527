//! What each command does.

pub(crate) mod check;
pub(crate) mod cors;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod service_token;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What the process does itself goes to standard error; `RUST_LOG` chooses how much.
fn log_to_standard_error() {
    let filter =
        EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
