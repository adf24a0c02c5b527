//! What a developer runs: `cargo xtask test` and the checks that hold the project to its word.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks")]

mod graph;
mod ledger;
mod one_reading;
mod prepare;
mod process;
mod release;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Runs Crossgate's tests and checks",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what the tests need where it can, says what is missing where it cannot, then runs every test and the ledger check
    Test(test::Options),
    /// Checks that crates depend on each other in one direction only
    Graph,
    /// Sends the corpus of odd requests through this gateway, nginx and haproxy, and writes docs/one-reading.md
    OneReading,
    /// Builds the binary as it is shipped, optimised by the profile of what it does under load, and prints where it is
    Release(release::Options),
    /// Checks that every row of the ledgers is shown by a test that exists and runs, a page, or a reason
    Ledger,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Test(options) => test::run(&options),
        Command::Graph => graph::check(),
        Command::OneReading => one_reading::run(),
        Command::Release(options) => release::run(&options),
        Command::Ledger => ledger::check(),
    };
    if let Err(error) = done {
        eprintln!("xtask: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
