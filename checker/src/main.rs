//! The checker: compiles an exercise, runs its tests, explores their interleavings, and says what it found.
//!
//! The modules below stand in reading order. A module uses only what stands in its own group or above it, and
//! there are no cycles; a test reads the imports and says so.

// What we talk about: plain data.
mod exercise;
mod progress;
mod trouble;
mod verdict;

// How one exercise is checked.
mod check;
mod compile;
mod files;
mod judge;
mod outcome;
mod process;
mod replayer;
mod suite;
mod toolchain;
mod version;

// What lies on disk.
mod catalogue;
mod originals;
mod store;
mod watcher;

// What the learner sees and presses.
mod app;
mod keys;
mod stepper;
mod view {
    pub mod document;
    pub mod list;
    pub mod map;
    pub mod page;
    pub mod pages;
    pub mod prose;
    pub mod rows;
    pub mod screen;
    pub mod screen_list;
    pub mod step;
    pub mod style;
    pub mod verdict;
}
mod terminal;

// What authors prove.
mod proof;

// The commands.
mod cli;
mod session;
mod signals;
mod commands {
    pub mod bench;
    pub mod completions;
    pub mod hint;
    pub mod list;
    pub mod mutants;
    pub mod new;
    pub mod read;
    pub mod replay;
    pub mod reset;
    pub mod restore;
    pub mod run;
    pub mod solution;
    pub mod verify;
    pub mod watch;
}

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;

use crate::cli::{Cli, Command, Dev};
use crate::commands::{bench, completions, hint, list, new, read, replay, reset, run, solution, verify, watch};
use crate::process::{Stop, confine};
use crate::session::{Screen, Session};
use crate::signals::Signals;

/// The checker could not do its work.
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == confine::EXEC) {
        eprintln!("{}", confine::exec(&arguments[1..]));
        return ExitCode::from(TROUBLE);
    }
    match run_command() {
        Ok(code) => ExitCode::from(code),
        Err(error) if trouble::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", trouble::describe(&error));
            ExitCode::from(TROUBLE)
        }
    }
}

fn run_command() -> Result<u8> {
    let Cli { command, color } = Cli::parse();
    let stop = Stop::new();
    let signals = Signals::install(stop.clone()).context("signals cannot be received")?;
    let screen = Screen::new(color);
    let open = || Session::open(screen, stop.clone());
    let code = match command.unwrap_or(Command::Watch(cli::Watch::default())) {
        Command::Watch(args) => watch::execute(open()?, &signals, &args)?,
        Command::Run(args) => run::execute(open, &args)?.unwrap_or(TROUBLE),
        Command::List(args) => list::execute(&open()?, &args)?,
        Command::Hint(args) => hint::execute(&open()?, &args)?,
        Command::Read(args) => read::execute(&open()?, &args)?,
        Command::Solution(args) => solution::execute(&open()?, &args)?,
        Command::Replay(args) => replay::execute(&open()?, &args)?.unwrap_or(TROUBLE),
        Command::Reset(args) => reset::execute(&open()?, &args)?,
        Command::Completions(args) => completions::execute(&args)?,
        Command::Dev(Dev::New(args)) => new::execute(&open()?, &args)?,
        Command::Dev(Dev::Bench(args)) => bench::execute(&open()?, &args)?.unwrap_or(TROUBLE),
        Command::Dev(Dev::Verify(args)) => verify::execute(&open()?, &args)?.unwrap_or(TROUBLE),
    };
    Ok(signals.exit_code().unwrap_or(code))
}
