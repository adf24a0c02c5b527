//! The binary: command line, wiring, telemetry. Everything that decides lives in other crates.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program talks")]

mod certificates;
mod cli;
mod clock;
mod commands;
mod config_file;
mod cors_suggestions;
mod cors_telemetry;
mod decision_log;
mod demo;
mod diagnostics;
mod exchanges;
mod gateway;
mod hand_over;
mod metrics;
mod rehearsal;
mod reload;
mod remember;
mod running;
mod service_manager;
mod watched_files;
mod workers;

use std::process::ExitCode;

use clap::Parser;

use cli::{Command, CommandLine};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let result = match CommandLine::parse().command {
        Command::Check(options) => commands::check::run(&options),
        Command::Cors(command) => commands::cors::run(command),
        Command::Demo(options) => commands::demo::run(&options),
        Command::Doctor(options) => commands::doctor::run(&options),
        Command::Explain(options) => commands::explain::run(&options),
        Command::Probe(options) => commands::probe::run(&options),
        Command::Schema => commands::schema::run(),
        Command::Serve(options) => commands::serve::run(&options),
        Command::ServiceToken(command) => commands::service_token::run(command),
    };
    result.unwrap_or_else(|error| {
        eprintln!("crossgate: {error:#}");
        ExitCode::from(2)
    })
}
