//! The files that a config is made of: the config's own, and the certificates that it names.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use aws_lc_rs::digest;
use notify::event::ModifyKind;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// Watches files that may be replaced, and may be links.
pub(crate) struct WatchedFiles {
    names: Arc<ArcSwap<HashSet<OsString>>>,
    folders: HashSet<PathBuf>,
    watcher: RecommendedWatcher,
    config: PathBuf,
    certificates: Vec<PathBuf>,
    in_force: Digests,
}

/// What was in certificate files.
#[derive(PartialEq)]
pub(crate) struct Digests(Vec<Option<Vec<u8>>>);

impl WatchedFiles {
    /// Watches the config file, and says so when it may read otherwise.
    pub(crate) fn new(config: &Path, changes: mpsc::Sender<()>) -> Result<Self> {
        let names = Arc::new(ArcSwap::<HashSet<OsString>>::default());
        let watched = Arc::clone(&names);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| concerns(&event, &watched.load())) {
                // Full means that a change is waiting already.
                let _noted = changes.try_send(());
            }
        })
        .context("cannot watch the config file")?;
        let mut files = Self {
            names,
            folders: HashSet::new(),
            watcher,
            config: config.to_owned(),
            certificates: Vec::new(),
            in_force: Digests(Vec::new()),
        };
        files.watch(config).context("cannot watch the config file")?;
        files.certificates_in_force(Vec::new(), Digests(Vec::new()));
        Ok(files)
    }

    /// What is in the certificates now. Taken before they are read, so that no change after that is missed.
    pub(crate) fn look(&self) -> Digests {
        Digests::of(&self.certificates)
    }

    /// Watches these certificates, and none else. `seen`: what was in those before, when they were read.
    pub(crate) fn certificates_in_force(&mut self, certificates: Vec<PathBuf>, seen: Digests) {
        let names = certificates.iter().chain(std::iter::once(&self.config));
        let names = names.filter_map(|file| file.file_name()).map(OsStr::to_owned);
        self.names.store(Arc::new(names.collect()));
        for file in &certificates {
            if let Err(error) = self.watch(file) {
                tracing::warn!(file = %file.display(), %error, "a certificate cannot be watched: SIGHUP has it read again");
            }
        }
        self.in_force =
            if certificates == self.certificates { seen } else { Digests::of(&certificates) };
        self.certificates = certificates;
    }

    /// Whether certificates read otherwise than when they came into force.
    pub(crate) fn certificates_changed(&self) -> bool {
        self.look() != self.in_force
    }

    /// The folder: editors and ACME clients replace a file rather than write to it.
    fn watch(&mut self, file: &Path) -> notify::Result<()> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        if self.folders.insert(folder.to_owned()) {
            self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(())
    }
}

impl Digests {
    fn of(files: &[PathBuf]) -> Self {
        let digest = |bytes: Vec<u8>| digest::digest(&digest::SHA256, &bytes).as_ref().to_vec();
        Self(files.iter().map(|file| std::fs::read(file).ok().map(digest)).collect())
    }
}

/// Whether a file may read otherwise after an event in its folder. What is made, removed or renamed beside it counts: the file may be a link.
fn concerns(event: &notify::Event, names: &HashSet<OsString>) -> bool {
    match event.kind {
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => {
            let mut changed = event.paths.iter().filter_map(|path| path.file_name());
            changed.any(|name| names.contains(name))
        }
        _ => true,
    }
}
