//! `crossgate check`.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use crossgate_model::Severity;

use crate::cli::{CheckOptions, Format};
use crate::config_file::ConfigFile;
use crate::diagnostics;

/// Prints every problem of a config. Status 1 if it cannot be used, or, with `--strict`, if there is any.
pub(crate) fn run(options: &CheckOptions) -> Result<ExitCode> {
    let file = ConfigFile::read(&options.config)?;
    let problems = file.parse().1;
    match options.format {
        Format::Human => {
            let colour = std::io::stdout().is_terminal();
            anstream::print!("{}", diagnostics::human(&problems, &file.text, &file.path, colour));
        }
        Format::Json => println!("{:#}", diagnostics::json(&problems, &file.path)),
    }
    let fails =
        |problem: &crossgate_model::Problem| options.strict || problem.severity == Severity::Error;
    Ok(if problems.iter().any(fails) { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
