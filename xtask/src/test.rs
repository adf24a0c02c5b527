//! The test command of the README.

use anyhow::Result;
use clap::Args;

use crate::{ledger, prepare, process};

/// What to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Only tests whose names contain this
    filter: Option<String>,
    /// Use what is here; install nothing
    #[arg(long)]
    no_install: bool,
    /// Also hold the browser model to every scenario, in each browser, over HTTP and TLS; without it to a sample
    #[arg(long)]
    browsers: bool,
}

/// Prepares, runs every test, then checks the ledgers.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.no_install {
        prepare::run()?;
    }
    process::run("cargo", &["build", "--package", "crossgate"])?;
    let mut arguments = vec!["nextest", "run", "--workspace"];
    arguments.extend(options.filter.as_deref());
    process::run("cargo", &arguments)?;
    if options.browsers {
        let every = "binary(browser_model) & test(every_scenario)";
        process::run(
            "cargo",
            &[
                "nextest",
                "run",
                "--package",
                "crossgate-tests",
                "--run-ignored",
                "only",
                "--filterset",
                every,
            ],
        )?;
    }
    if options.filter.is_none() {
        process::run("cargo", &["test", "--quiet", "--workspace", "--doc"])?;
        ledger::check()?;
    }
    Ok(())
}
