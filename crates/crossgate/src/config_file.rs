//! Reading a config file with the world around it: environment and files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use crossgate_model::{Config, Problem, Severity, Surroundings};
use crossgate_proxy::TlsFilesOnDisk;

use crate::diagnostics;

/// A config file as it stands on disk.
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl ConfigFile {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// Parses it, with the process's environment.
    pub(crate) fn parse(&self) -> (Option<Config>, Vec<Problem>) {
        Config::parse_in(&self.text, &self.path, &of_this_machine())
    }

    /// The config, or its problems printed on standard error and status 1. Warnings are printed in both cases.
    pub(crate) fn parse_or_complain(&self) -> Result<Config, ExitCode> {
        self.parse_or_complain_in(&of_this_machine())
    }

    /// The same in surroundings of the caller's choice.
    pub(crate) fn parse_or_complain_in(
        &self,
        surroundings: &Surroundings<'_>,
    ) -> Result<Config, ExitCode> {
        let (config, problems) = Config::parse_in(&self.text, &self.path, surroundings);
        if !problems.is_empty() {
            anstream::eprint!("{}", diagnostics::human(&problems, &self.text, &self.path, true));
        }
        let usable = !problems.iter().any(|problem| problem.severity == Severity::Error);
        config.filter(|_| usable).ok_or_else(|| ExitCode::from(1))
    }
}

/// This machine's environment and files, certificates with a look into them.
fn of_this_machine() -> Surroundings<'static> {
    Surroundings { tls_files: &TlsFilesOnDisk, ..Surroundings::of_this_machine(&environment) }
}

/// A variable of the process's environment.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment for a config"
)]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
