//! The checker: compiles an exercise, runs its tests, explores their interleavings, and reports what it found.
//!
//! The modules are in the order of their layers: each uses only itself and the ones above it. A test checks this.

// Errors with advice.
mod error;

// Processes, signals, files, the toolchain.
mod system;

// The exercises and the learner's progress on disk.
mod course;

// What a check found, as data.
mod verdict;

// Compiles an exercise and runs its tests.
mod runner;

// Text, views, keys and the terminal.
mod ui;

// What all commands share.
mod session;

// The learner's commands.
mod commands;

// `checker watch`.
mod watch;

// `checker dev`.
mod authoring;

// The command line.
mod cli;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, Parser as _};

use crate::authoring::{bench, book, new, verify};
use crate::cli::{Cli, Command, Dev};
use crate::commands::{completions, hint, list, read, replay, reset, run, solution};
use crate::session::{Printer, Session};
use crate::system::process::{Stop, confine};
use crate::system::signals::Signals;
use crate::watch::driver;

/// The exit code if the checker itself failed.
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == confine::EXEC) {
        eprintln!("{}", confine::exec(&arguments[1..]));
        return ExitCode::from(TROUBLE);
    }
    match run_command() {
        Ok(code) => ExitCode::from(code),
        Err(error) if error::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", error::describe(&error));
            ExitCode::from(TROUBLE)
        }
    }
}

fn run_command() -> Result<u8> {
    let Cli { command, color } = Cli::parse();
    let stop = Stop::new();
    let signals = Signals::install(stop.clone()).context("signals cannot be received")?;
    let printer = Printer::new(color);
    let open = || Session::open(printer, stop.clone());
    let code = match command.unwrap_or(Command::Watch(driver::Args::default())) {
        Command::Watch(args) => driver::execute(open()?, &signals, &args)?,
        Command::Run(args) => run::execute(open, &args)?.unwrap_or(TROUBLE),
        Command::List(args) => list::execute(&open()?, &args)?,
        Command::Hint(args) => hint::execute(&open()?, &args)?,
        Command::Read(args) => read::execute(&open()?, &args)?,
        Command::Solution(args) => solution::execute(&open()?, &args)?,
        Command::Replay(args) => replay::execute(&open()?, &args)?.unwrap_or(TROUBLE),
        Command::Reset(args) => reset::execute(&open()?, &args)?,
        Command::Completions(args) => completions::execute(&args, Cli::command())?,
        Command::Dev(Dev::New(args)) => new::execute(&open()?, &args)?,
        Command::Dev(Dev::Bench(args)) => bench::execute(&open()?, &args)?.unwrap_or(TROUBLE),
        Command::Dev(Dev::Book(args)) => book::execute(&open()?, &args)?.unwrap_or(TROUBLE),
        Command::Dev(Dev::Verify(args)) => verify::execute(&open()?, &args)?.unwrap_or(TROUBLE),
    };
    Ok(signals.exit_code().unwrap_or(code))
}
