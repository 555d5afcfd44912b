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

// `checker doctor`.
mod doctor;

// `checker grade`.
mod grade;

// `checker dev`.
mod authoring;

// The command line.
mod cli;

use std::ffi::OsString;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

use crate::authoring::{bench, book, new, verify};
use crate::cli::{Cli, Command, Dev};
use crate::commands::{completions, hint, list, read, replay, reset, run, solution, update};
use crate::error::Exit;
use crate::runner::compile::direct::recording;
use crate::session::{Printer, Scope, Session};
use crate::system::process::{Stop, confine};
use crate::system::signals::Signals;
use crate::watch::driver;

fn main() -> Exit {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == confine::EXEC) {
        eprintln!("{}", confine::exec(&arguments[1..]));
        return Exit::Failed;
    }
    if let Some(folder) = std::env::var_os(recording::FOLDER) {
        eprintln!("error: the compiler could not be started: {}", recording::wrap(&folder, &arguments));
        return Exit::Failed;
    }
    run_command().unwrap_or_else(|error| {
        let exit = Exit::of_error(&error);
        if exit != Exit::Done {
            eprintln!("{}", error::describe(&error));
        }
        exit
    })
}

fn run_command() -> Result<Exit> {
    let Cli { command, color } = cli::parse();
    let stop = Stop::new();
    let signals = Signals::install(stop.clone()).context("signals cannot be received")?;
    let printer = Printer::new(color);
    let open = || Session::open(printer, stop.clone(), Scope::Selected);
    let open_all = || Session::open(printer, stop.clone(), Scope::All);
    let exit = match command.unwrap_or(Command::Watch(driver::Args::default())) {
        Command::Watch(args) => driver::execute(open()?, &signals, &args)?,
        Command::Run(args) => run::execute(open, &args)?,
        Command::List(args) => list::execute(&open()?, &args)?,
        Command::Hint(args) => hint::execute(&open()?, &args)?,
        Command::Read(args) => read::execute(&open()?, &args)?,
        Command::Solution(args) => solution::execute(&open()?, &args)?,
        Command::Replay(args) => replay::execute(&open()?, &args)?,
        Command::Reset(args) => reset::execute(&open()?, &args)?,
        Command::Update(args) => update::execute(printer, &stop, &args)?,
        Command::Doctor(args) => doctor::execute(printer, &stop, &args)?,
        Command::Grade(args) => grade::execute(open, &args)?,
        Command::Completions(args) => completions::execute(&args, Cli::command())?,
        Command::Dev(Dev::New(args)) => new::execute(&open_all()?, &args)?,
        Command::Dev(Dev::Bench(args)) => bench::execute(&open_all()?, &args)?,
        Command::Dev(Dev::Book(args)) => book::execute(&open_all()?, &args)?,
        Command::Dev(Dev::Verify(args)) => verify::execute(&open_all()?, &args)?,
    };
    Ok(signals.exit().unwrap_or(exit))
}
