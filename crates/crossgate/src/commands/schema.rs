//! `crossgate schema`.

use std::process::ExitCode;

use anyhow::Result;

/// Prints the JSON Schema of the config.
pub(crate) fn run() -> Result<ExitCode> {
    println!("{:#}", crossgate_model::schema());
    Ok(ExitCode::SUCCESS)
}
