//! `crossgate demo`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::DemoOptions;
use crate::demo::Demo;
use crate::running::Heir;

/// Starts the demo and says what to open, until Ctrl-C.
pub(crate) fn run(options: &DemoOptions) -> Result<ExitCode> {
    super::log_to_standard_error();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
        let demo = Demo::start(options).await?;
        println!(
            "\nThe demo runs. Nothing is installed, and nothing is kept when it ends.\n\n  \
             1. Open     {page}\n  \
             2. Sign in  with any address, such as you@example.com\n  \
             3. The code is in the mailbox: {mailbox}\n  \
             4. Press the buttons: each is a real cross-origin call\n\n\
             Press Ctrl-C to end it.",
            page = demo.page,
            mailbox = demo.mailbox,
        );
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        demo.running.drain(Duration::from_secs(2), Heir::Nobody).await;
        println!("\nThe demo has ended.");
        Ok(ExitCode::SUCCESS)
    })
}
