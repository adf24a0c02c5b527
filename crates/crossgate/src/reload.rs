//! Reloading the config: on SIGHUP, and when the file changes. All of it or nothing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::event::ModifyKind;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::config_file::ConfigFile;
use crate::running::Running;

/// Writers change a file in several steps: this long after the last one it is read.
const SETTLE: Duration = Duration::from_millis(200);

/// Reasons to reload a config file, noted from the moment that this is made.
pub(crate) struct Reloads {
    path: PathBuf,
    in_force: String,
    hang_up: Signal,
    changed: mpsc::Receiver<()>,
    /// Watches for as long as it lives.
    _watcher: RecommendedWatcher,
}

impl Reloads {
    /// Begins to listen for SIGHUP, which would end the process otherwise, and for changes of the file, whose text is in force.
    pub(crate) fn of(file: &ConfigFile) -> Result<Self> {
        let hang_up = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
        let (changes, changed) = mpsc::channel(1);
        let name = file.path.file_name().map(ToOwned::to_owned);
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                if event.is_ok_and(|event| concerns(&event, name.as_deref())) {
                    // Full means that a change is waiting already.
                    let _noted = changes.try_send(());
                }
            })
            .context("cannot watch the config file")?;
        // The folder: editors replace a file rather than write to it.
        let folder = file.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        watcher
            .watch(folder.unwrap_or_else(|| Path::new(".")), RecursiveMode::NonRecursive)
            .context("cannot watch the config file")?;
        let (path, in_force) = (file.path.clone(), file.text.clone());
        Ok(Self { path, in_force, hang_up, changed, _watcher: watcher })
    }

    /// Reloads whenever there is a reason to. Does not return.
    pub(crate) async fn run(mut self, running: &Running) {
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
            if !asked && file.text == self.in_force {
                continue;
            }
            self.in_force.clone_from(&file.text);
            reload(&file, running).await;
        }
    }
}

/// Whether the file may read otherwise after an event in its folder. What is made, removed or renamed beside it counts: the file may be a link.
fn concerns(event: &notify::Event, name: Option<&OsStr>) -> bool {
    match event.kind {
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => {
            event.paths.iter().any(|path| path.file_name() == name)
        }
        _ => true,
    }
}

async fn reload(file: &ConfigFile, running: &Running) {
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
}
