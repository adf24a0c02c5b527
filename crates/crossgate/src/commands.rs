//! What each command does.

pub(crate) mod check;
pub(crate) mod cors;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod probe;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod service_token;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::cli::Format;
use crate::exchanges::Report;

/// What the process does itself goes to standard error; `RUST_LOG` chooses how much.
fn log_to_standard_error() {
    let filter =
        EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
}

/// Prints a call, hop by hop. Status 1 if the page gets no answer in some browser.
fn print_exchanges(report: &Report, format: Format) -> Result<ExitCode> {
    let text = match format {
        Format::Human => report.human(),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(report)?),
    };
    // A reader that has seen enough (`| head`) is no failure.
    if let Err(error) = io::stdout().write_all(text.as_bytes())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        return Err(error).context("cannot write the report");
    }
    Ok(if report.is_fine() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
