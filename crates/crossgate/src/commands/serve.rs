//! `crossgate serve`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::ServeOptions;
use crate::config_file::ConfigFile;
use crate::reload::Reloads;
use crate::running::{Running, Surroundings};
use crate::workers;

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(options: &ServeOptions) -> Result<ExitCode> {
    super::log_to_standard_error();
    let file = ConfigFile::read(&options.config)?;
    let config = match file.parse_or_complain() {
        Ok(config) => config,
        Err(status) => return Ok(status),
    };
    let inherited = workers::inherited_sockets()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
        let reloads = Reloads::of(&file)?;
        let surroundings = Surroundings {
            workers: workers::count()?,
            inherited,
            admin_pages: None,
            log: Box::new(std::io::stdout()),
        };
        let running = Running::start(config, surroundings).await?;
        tracing::info!(listeners = ?running.addresses, admin = %running.admin_address, "serving");
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = reloads.run(&running) => {}
        }
        tracing::info!("draining");
        let cut = running.drain(Duration::from_secs(options.drain)).await;
        if cut > 0 {
            tracing::warn!(cut, "connections were still open at the deadline");
        }
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    })
}
