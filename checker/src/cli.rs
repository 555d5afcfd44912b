//! The command line: what can be asked for, nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::proof::mutants::Changes;

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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the current exercise on every save
    Watch(Watch),
    /// Check an exercise once
    Run(Run),
    /// List the exercises and their state
    List(List),
    /// Show the next level of the hint
    Hint(Hint),
    /// Show the brief and the lesson
    Read(Read),
    /// Show the explanation, and how your code differs from the solution
    Solution(Solution),
    /// Show the failing interleaving again, as a timeline
    Replay(Replay),
    /// Restore the original file; yours is backed up
    Reset(Reset),
    /// Print a completion script for a shell
    Completions(Completions),
    /// For authors of exercises
    #[command(subcommand)]
    Dev(Dev),
}

#[derive(Debug, Subcommand)]
pub enum Dev {
    /// Prove exercises: their starters fail as stated, right answers pass, wrong answers are rejected
    Verify(Verify),
    /// Make the files of a new exercise
    New(New),
    /// Measure the checker beside what it is to be compared with
    Bench(Bench),
}

#[derive(Args, Debug)]
pub struct New {
    /// `02_mutex/shared_counter`; the number of the exercise is the next free one
    #[arg(value_name = "CHAPTER/NAME")]
    pub path: String,
}

#[derive(Args, Debug)]
pub struct Bench {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Measure the first build as well, which takes minutes
    #[arg(long)]
    pub cold: bool,
}

#[derive(Args, Debug)]
pub struct Verify {
    /// Without any: all exercises
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// How often each answer is checked; the verdicts must be the same
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub repeat: u64,
    /// With how many seeds each wrong answer must be found by exploring
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub seeds: u64,
    /// Keep all cores busy meanwhile
    #[arg(long)]
    pub busy: bool,
    /// Check mutants of the solutions instead: each that changes locks must be found wrong
    #[arg(long, value_name = "CHANGES", num_args = 0..=1, default_missing_value = "locks")]
    #[arg(conflicts_with_all = ["repeat", "seeds", "busy"])]
    pub mutants: Option<Changes>,
}

#[derive(Args, Debug, Default)]
pub struct Watch {
    /// Print plain lines, one for each thing that happens
    #[arg(long)]
    pub plain: bool,
    /// Look at the files twice a second instead of waiting for events
    #[arg(long)]
    pub poll: bool,
}

#[derive(Args, Debug)]
pub struct Run {
    pub name: Option<String>,
    /// Check all exercises, one line each
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Explore other interleavings
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

#[derive(Args, Debug)]
pub struct List {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Only what is solved
    #[arg(long, conflicts_with = "pending")]
    pub done: bool,
    /// Only what is not solved
    #[arg(long)]
    pub pending: bool,
}

#[derive(Args, Debug)]
pub struct Hint {
    pub name: Option<String>,
    /// Show all levels
    #[arg(long)]
    pub all: bool,
}

#[derive(Args, Debug)]
pub struct Read {
    pub name: Option<String>,
}

#[derive(Args, Debug)]
pub struct Solution {
    pub name: Option<String>,
    /// Show it although the exercise is not solved
    #[arg(long)]
    pub peek: bool,
}

#[derive(Args, Debug)]
pub struct Replay {
    pub name: Option<String>,
    /// Go through it step by step, and choose who goes on
    #[arg(long, conflicts_with_all = ["html", "json"])]
    pub step: bool,
    /// Show every interleaving as a tree: which pass, which fail, and where that is decided
    #[arg(long, conflicts_with = "step")]
    pub map: bool,
    /// This test instead of the one that failed
    #[arg(long, requires = "map")]
    pub test: Option<String>,
    /// Write it to FILE as a page of its own
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub html: Option<PathBuf>,
    /// Open the page
    #[arg(long, requires = "html")]
    pub open: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Reset {
    pub name: String,
    /// Bring back what the last reset replaced
    #[arg(long)]
    pub undo: bool,
    /// Bring back the course's tests and manifest instead, from git
    #[arg(long, conflicts_with = "undo")]
    pub tests: bool,
}

#[derive(Args, Debug)]
pub struct Completions {
    pub shell: Shell,
}
