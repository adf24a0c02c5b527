//! Reloading the config: on SIGHUP, and when the file changes. All of it or nothing.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use notify::event::ModifyKind;
use notify::{EventKind, RecursiveMode, Watcher};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::config_file::ConfigFile;
use crate::running::Running;

/// Writers change a file in several steps: this long after the last one it is read.
const SETTLE: Duration = Duration::from_millis(200);

/// Reloads whenever it is asked to. Returns only if it cannot be asked any more.
pub(crate) async fn watch(path: &Path, running: &Running) -> Result<()> {
    let mut hang_up = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    let (changes, mut changed) = mpsc::channel(1);
    let name = path.file_name().map(ToOwned::to_owned);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| concerns(&event, name.as_deref())) {
            // Full means that a change is waiting already.
            let _noted = changes.try_send(());
        }
    })
    .context("cannot watch the config file")?;
    // The folder: editors replace a file rather than write to it.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    watcher.watch(folder, RecursiveMode::NonRecursive).context("cannot watch the config file")?;
    let mut in_force = ConfigFile::read(path)?.text;
    loop {
        let asked = tokio::select! {
            _ = hang_up.recv() => true,
            Some(()) = changed.recv() => {
                sleep(SETTLE).await;
                while changed.try_recv().is_ok() {}
                false
            }
        };
        let Ok(file) = ConfigFile::read(path) else {
            tracing::warn!(file = %path.display(), "the config file cannot be read; the config in force stays");
            continue;
        };
        if !asked && file.text == in_force {
            continue;
        }
        in_force.clone_from(&file.text);
        reload(&file, running).await;
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
