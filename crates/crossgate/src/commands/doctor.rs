//! `crossgate doctor`.

mod html;
mod human;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use crossgate_doctor::{Configured, Console, Har, diagnose};
use crossgate_model::Surroundings;

use crate::cli::{DoctorOptions, ReportFormat};
use crate::config_file::{ConfigFile, environment};
use crate::diagnostics;

/// Prints what was found in a recording. Status 1 if that is anything, 2 if something cannot be read.
pub(crate) fn run(options: &DoctorOptions) -> Result<ExitCode> {
    let config = match options.config.as_deref().map(read_config).transpose()? {
        Some(Ok(config)) => Some(config),
        Some(Err(status)) => return Ok(status),
        None => None,
    };
    let har = options.har.as_deref().map(read_har).transpose()?.unwrap_or_default();
    let console = options.console.as_deref().map(read_console).transpose()?.unwrap_or_default();
    let diagnosis = diagnose(&har, &console, config.as_ref());
    let report = match options.format {
        ReportFormat::Human => human::report(&diagnosis),
        ReportFormat::Json => format!("{}\n", serde_json::to_string_pretty(&diagnosis)?),
        ReportFormat::Html => html::report(&diagnosis)?,
    };
    // A reader that has seen enough (`| head`) is no failure.
    if let Err(error) = anstream::stdout().write_all(report.as_bytes())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        return Err(error).context("cannot write the report");
    }
    Ok(if diagnosis.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn read_har(path: &Path) -> Result<Har> {
    let har =
        if path == Path::new("-") { Har::read(io::stdin().lock()) } else { Har::read(open(path)?) };
    har.with_context(|| format!("cannot read {}", path.display()))
}

fn read_console(path: &Path) -> Result<Console> {
    Console::read(open(path)?).with_context(|| format!("cannot read {}", path.display()))
}

/// The config, or its problems printed on standard error and status 2: it is an input that cannot be used.
fn read_config(path: &Path) -> Result<Result<Configured, ExitCode>> {
    let file = ConfigFile::read(path)?;
    let surroundings = Surroundings::of_this_machine(&environment);
    Ok(Configured::parse(&file.text, &file.path, &surroundings).map_err(|problems| {
        anstream::eprint!("{}", diagnostics::human(&problems, &file.text, &file.path, true));
        ExitCode::from(2)
    }))
}

fn open(path: &Path) -> Result<File> {
    File::open(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A count of something.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The evidence of a finding in a line: `entries 3, 4 of the HAR; line 7 of the console`.
fn evidence(finding: &crossgate_doctor::Finding) -> String {
    let list = |numbers: &[usize]| {
        let shown = numbers.iter().take(12).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if numbers.len() > 12 { format!("{shown} and {} more", numbers.len() - 12) } else { shown }
    };
    let plural = |numbers: &[usize], one: &'static str, many: &'static str| {
        if numbers.len() == 1 { one } else { many }
    };
    let mut parts = Vec::new();
    if !finding.entries.is_empty() {
        parts.push(format!(
            "{} {} of the HAR",
            plural(&finding.entries, "entry", "entries"),
            list(&finding.entries)
        ));
    }
    if !finding.console_lines.is_empty() {
        parts.push(format!(
            "{} {} of the console",
            plural(&finding.console_lines, "line", "lines"),
            list(&finding.console_lines)
        ));
    }
    parts.join("; ")
}

/// How sure, in a word, and how often.
fn sureness(finding: &crossgate_doctor::Finding) -> &'static str {
    match finding.confidence {
        crossgate_doctor::Confidence::Certain => "certain",
        crossgate_doctor::Confidence::Likely => "likely",
        crossgate_doctor::Confidence::Possible => "possible",
    }
}
