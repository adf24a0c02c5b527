//! `crossgate serve`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::ServeOptions;
use crate::config_file::ConfigFile;
use crate::reload::Reloads;
use crate::running::{Heir, Running, Surroundings};
use crate::{hand_over, service_manager, workers};

/// Serves until SIGTERM or SIGINT, or until another process does, which SIGUSR2 starts.
pub(crate) fn run(options: &ServeOptions) -> Result<ExitCode> {
    super::log_to_standard_error();
    let file = ConfigFile::read(&options.config)?;
    let config = match file.parse_or_complain() {
        Ok(config) => config,
        Err(status) => return Ok(status),
    };
    workers::raise_descriptor_limit();
    let inherited = workers::inherited_sockets()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
        let mut hand_over =
            signal(SignalKind::user_defined2()).context("cannot wait for SIGUSR2")?;
        let reloads = Reloads::of(&file)?;
        let surroundings = Surroundings {
            workers: workers::count()?,
            inherited,
            admin_pages: None,
            log: Box::new(std::io::stdout()),
        };
        let running = Running::start(config, surroundings).await?;
        tracing::info!(listeners = ?running.addresses, admin = %running.admin_address, "serving");
        hand_over::tell_predecessor()?;
        service_manager::ready();
        let heir = tokio::select! {
            _ = terminate.recv() => Heir::Nobody,
            _ = interrupt.recv() => Heir::Nobody,
            () = reloads.run(&running) => Heir::Nobody,
            pid = hand_over::handed_over(&mut hand_over, &running) => {
                service_manager::main_process_is(pid);
                tracing::info!(pid, "another process serves");
                Heir::Process
            }
        };
        if heir == Heir::Nobody {
            service_manager::stopping();
        }
        tracing::info!("draining");
        let cut = running.drain(Duration::from_secs(options.drain), heir).await;
        if cut > 0 {
            tracing::warn!(cut, "connections were still open at the deadline");
        }
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    })
}
