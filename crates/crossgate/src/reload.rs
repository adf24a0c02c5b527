//! Reloading the config: on SIGHUP, and when the file or a certificate changes. All of it or nothing.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::config_file::ConfigFile;
use crate::running::Running;
use crate::service_manager;
use crate::watched_files::WatchedFiles;

/// Writers change a file in several steps: this long after the last one it is read.
const SETTLE: Duration = Duration::from_millis(200);

/// Reasons to reload a config file, noted from the moment that this is made.
pub(crate) struct Reloads {
    path: PathBuf,
    in_force: String,
    hang_up: Signal,
    changed: mpsc::Receiver<()>,
    files: WatchedFiles,
}

impl Reloads {
    /// Begins to listen for SIGHUP, which would end the process otherwise, and for changes of the file, whose text is in force.
    pub(crate) fn of(file: &ConfigFile) -> Result<Self> {
        let hang_up = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
        let (changes, changed) = mpsc::channel(1);
        let files = WatchedFiles::new(&file.path, changes)?;
        let (path, in_force) = (file.path.clone(), file.text.clone());
        Ok(Self { path, in_force, hang_up, changed, files })
    }

    /// Reloads whenever there is a reason to. Does not return.
    pub(crate) async fn run(mut self, running: &Running) {
        let seen = self.files.look();
        self.files.certificates_in_force(running.certificate_files(), seen);
        loop {
            let asked = tokio::select! {
                _ = self.hang_up.recv() => true,
                Some(()) = self.changed.recv() => {
                    sleep(SETTLE).await;
                    while self.changed.try_recv().is_ok() {}
                    false
                }
            };
            let Ok(file) = ConfigFile::read(&self.path) else {
                tracing::warn!(file = %self.path.display(), "the config file cannot be read; the config in force stays");
                continue;
            };
            if !asked && file.text == self.in_force && !self.files.certificates_changed() {
                continue;
            }
            self.in_force.clone_from(&file.text);
            let seen = self.files.look();
            reload(&file, running).await;
            self.files.certificates_in_force(running.certificate_files(), seen);
        }
    }
}

async fn reload(file: &ConfigFile, running: &Running) {
    service_manager::reloading();
    let done = match file.parse_or_complain() {
        Ok(config) => running.reload(config).await,
        Err(_) => Err(anyhow::anyhow!("it has errors")),
    };
    match done {
        Ok(()) => tracing::info!(file = %file.path.display(), "the config was reloaded"),
        Err(error) => {
            running.reload_refused();
            tracing::error!(file = %file.path.display(), "the config was not reloaded, the one in force stays: {error:#}");
        }
    }
    service_manager::ready();
}
