//! The command line: its commands and global options.

use clap::{Parser, Subcommand};

use crate::authoring::{bench, book, new, verify};
use crate::commands::{completions, hint, list, read, replay, reset, run, solution};
use crate::session::When;
use crate::watch::driver;

/// Checks the exercises, and says which interleaving breaks them
#[derive(Debug, Parser)]
#[command(name = "checker", version, arg_required_else_help = false, disable_help_subcommand = true)]
#[command(after_help = "NAME is an exercise: `abba`, `03_abba` or `02_mutex/03_abba`; without it, the current one.\n\
                        Exit codes: 0 it passes, 1 not yet, 2 the checker could not do its work.")]
pub struct Cli {
    /// Without a command: watch
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Whether to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the current exercise on every save
    Watch(driver::Args),
    /// Check an exercise once
    Run(run::Args),
    /// List the exercises and their state
    List(list::Args),
    /// Show the next level of the hint
    Hint(hint::Args),
    /// Show the brief and the lesson
    Read(read::Args),
    /// Show the explanation, and how your code differs from the solution
    Solution(solution::Args),
    /// Show the failing interleaving again, as a timeline
    Replay(replay::Args),
    /// Restore the original file; yours is backed up
    Reset(reset::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// For authors of exercises
    #[command(subcommand)]
    Dev(Dev),
}

#[derive(Debug, Subcommand)]
pub enum Dev {
    /// Prove exercises: their starters fail as stated, right answers pass, wrong answers are rejected
    Verify(verify::Args),
    /// Make the files of a new exercise
    New(new::Args),
    /// Measure the checker beside what it is to be compared with
    Bench(bench::Args),
    /// Make the book: a page for each lesson and exercise, and pages on which one plays the scheduler
    Book(book::Args),
}
