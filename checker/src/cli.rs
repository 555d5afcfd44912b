//! The command line: its commands and global options.

use std::ffi::OsString;

use anstyle::{Ansi256Color, AnsiColor};
use clap::builder::Styles;
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::authoring::{bench, book, new, verify};
use crate::commands::{completions, hint, list, read, replay, reset, run, solution, update};
use crate::course::catalogue;
use crate::doctor;
use crate::error::COMMAND;
use crate::grade;
use crate::session::When;
use crate::system::git::Git;
use crate::system::process::Stop;
use crate::watch::driver;

/// Checks the exercises, and says which interleaving breaks them
///
/// Each exercise is a package with one file to edit. The checker compiles it, runs its tests on real threads, and
/// explores the orders in which its threads and tasks may run. A test that fails is shown as a timeline.
///
/// Start with:
///   cargo checker watch
#[derive(Debug, Parser)]
#[command(name = "checker", bin_name = COMMAND, version, verbatim_doc_comment)]
#[command(arg_required_else_help = false, disable_help_subcommand = true)]
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
#[command(verbatim_doc_comment)]
pub enum Command {
    /// Check the current exercise on every save
    ///
    /// Shows the brief of the current exercise, and a verdict whenever you save its file. `?` lists the keys: `h` shows
    /// a hint, `n` goes to the next exercise, `q` ends the watch. Without a terminal, it prints plain lines.
    ///
    /// Examples:
    ///   cargo checker watch
    ///   cargo checker watch abba     begin with this exercise, which is the current one from then on
    ///   cargo checker watch --poll   on a disk that does not report changes
    #[command(verbatim_doc_comment)]
    Watch(driver::Args),
    /// Check an exercise once
    ///
    /// Compiles the exercise, runs its tests on real threads, and explores their interleavings. Prints the verdict, and
    /// the timeline of the first interleaving that fails. Exits with 0 if the exercise passes and with 1 if it does not.
    ///
    /// Examples:
    ///   cargo checker run             the current exercise
    ///   cargo checker run abba        this one, which is the current one from then on
    ///   cargo checker run --all       all of them, one line each
    ///   cargo checker run --json      for programs
    #[command(verbatim_doc_comment)]
    Run(run::Args),
    /// List the exercises and their state
    ///
    /// Examples:
    ///   cargo checker list
    ///   cargo checker list --pending
    #[command(verbatim_doc_comment)]
    List(list::Args),
    /// Show the next level of the hint
    ///
    /// Each exercise has three hints: a question, a pointer, and almost the answer. Each call shows one more.
    ///
    /// Examples:
    ///   cargo checker hint
    ///   cargo checker hint abba --all
    #[command(verbatim_doc_comment)]
    Hint(hint::Args),
    /// Show the brief and the lesson
    ///
    /// Prints the lesson of the chapter first, then the brief of the exercise and the file to edit.
    ///
    /// Examples:
    ///   cargo checker read
    ///   cargo checker read abba
    #[command(verbatim_doc_comment)]
    Read(read::Args),
    /// Show the explanation, and how your code differs from the solution
    ///
    /// Before the exercise is solved, it asks first, and the list says afterwards that you peeked.
    ///
    /// Examples:
    ///   cargo checker solution abba
    ///   cargo checker solution abba --peek
    #[command(verbatim_doc_comment)]
    Solution(solution::Args),
    /// Show the failing interleaving again, as a timeline
    ///
    /// Runs the test once more in exactly the order that failed. You can go through this order step by step and choose
    /// which task continues, or write it to a page that works without the checker.
    ///
    /// Examples:
    ///   cargo checker replay abba
    ///   cargo checker replay abba --step
    ///   cargo checker replay abba --map
    ///   cargo checker replay abba --html abba.html --open
    #[command(verbatim_doc_comment)]
    Replay(replay::Args),
    /// Restore the original file; yours is backed up
    ///
    /// Copies your file to `.checker/backup` and puts the starter in its place. `--undo` brings your file back.
    ///
    /// Examples:
    ///   cargo checker reset abba
    ///   cargo checker reset abba --undo
    ///   cargo checker reset abba --tests   the tests, if you changed them
    ///   cargo checker reset --all          begin the course anew; `reset --all --undo` brings everything back
    #[command(verbatim_doc_comment)]
    Reset(reset::Args),
    /// Bring the newest exercises; your files stay as they are
    ///
    /// Fetches the newest version of the course with git. Each `src/lib.rs` that you edited stays, with a copy in
    /// `.checker/backup`. Everything else is taken from the new version: tests, lessons, new exercises, the checker. A
    /// table says what happened to each exercise. An update that was interrupted is finished by the next one.
    ///
    /// It asks the git remote `upstream` if there is one, or else the one that your branch follows.
    ///
    /// Examples:
    ///   cargo checker update
    ///   cargo checker update --from https://example.org/course.git
    ///   cargo checker update --undo
    #[command(verbatim_doc_comment)]
    Update(update::Args),
    /// Check that this machine has what the course needs
    ///
    /// Looks at the compiler, clippy, git, the exercises, the disk, the settings of cargo and of the editor, and what
    /// contains other people's code; saves a file and waits for the watch to notice; builds a small program. Says what to
    /// do about each thing that is missing. Exits with 2 if one is.
    ///
    /// Examples:
    ///   cargo checker doctor
    ///   cargo checker doctor --json
    #[command(verbatim_doc_comment)]
    Doctor(doctor::Args),
    /// Mark the exercises
    ///
    /// Examines your files and prints a score card: the points by chapter and by grade, how much of each pass was
    /// explored, which hints were shown. An exercise is worth as many points as its grade. The other formats are for
    /// programs. What was examined once is not examined again while its file and its tests stay the same, so after an
    /// interruption grading goes on where it stopped.
    ///
    /// With `--submission` or `--class`, the files of other people are examined, in a sandbox. Only their `src/lib.rs`
    /// files count; the tests are yours.
    ///
    /// Exits with 0 if everything passes, with 1 if not, and with 2 if the checker could not do its work. With the formats
    /// `classroom50`, `exercism` and `gradescope`, 0 means that the report is written, whatever the marks are.
    ///
    /// Examples:
    ///   cargo checker grade
    ///   cargo checker grade abba poison
    ///   cargo checker grade --format junit --output junit.xml
    ///   cargo checker grade --class DIR --submitted 2026-12-04T23:59:00Z
    ///   cargo checker grade --class DIR --shard 1/4 --format json --output 1.json
    ///   cargo checker grade merge 1.json 2.json 3.json 4.json
    #[command(verbatim_doc_comment)]
    Grade(grade::Args),
    /// Print a completion script for a shell
    ///
    /// The scripts for bash, zsh and fish complete `cargo checker` and the names of exercises; the others complete the
    /// program `checker` only.
    ///
    /// Examples:
    ///   cargo checker completions bash >> ~/.bashrc
    ///   cargo checker completions zsh >> ~/.zshrc      after the line with `compinit`
    ///   cargo checker completions fish > ~/.config/fish/conf.d/checker.fish
    #[command(verbatim_doc_comment)]
    Completions(completions::Args),
    /// For authors of exercises
    #[command(subcommand)]
    Dev(Dev),
}

#[derive(Debug, Subcommand)]
pub enum Dev {
    /// Prove exercises: their starters fail as stated, right answers pass, wrong answers are rejected
    ///
    /// Examples:
    ///   cargo checker dev verify abba
    ///   cargo checker dev verify abba --mutants
    ///   cargo checker dev verify --repeat 50 --busy
    #[command(verbatim_doc_comment)]
    Verify(verify::Args),
    /// Make the files of a new exercise
    ///
    /// Examples:
    ///   cargo checker dev new 02_mutex/shared_counter
    #[command(verbatim_doc_comment)]
    New(new::Args),
    /// Measure the checker beside what it is to be compared with
    ///
    /// Examples:
    ///   cargo checker dev bench --cold
    #[command(verbatim_doc_comment)]
    Bench(bench::Args),
    /// Make the book: a page for each lesson and exercise, and pages on which one plays the scheduler
    Book(book::Args),
}

/// The look of the help on a terminal, in the colours of the verdicts.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(Ansi256Color(30).on_default().bold())
    .placeholder(Ansi256Color(30).on_default());

/// What `--color` says. The help is shown before the arguments are understood, so they are looked through.
fn colour(arguments: impl Iterator<Item = OsString>) -> ColorChoice {
    let arguments: Vec<OsString> = arguments.collect();
    let given = arguments.iter().enumerate().find_map(|(at, argument)| match argument.to_str()? {
        "--color" => arguments.get(at + 1)?.to_str(),
        other => other.strip_prefix("--color="),
    });
    match given {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// The command line, and in the version the commit of the course, if git knows it.
pub fn parse() -> Cli {
    let mut command = Cli::command().styles(STYLES).color(colour(std::env::args_os()));
    if std::env::args_os().any(|argument| argument == "--version" || argument == "-V") {
        command = command.version(&*version().leak());
    }
    Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let stop = Stop::new();
    let here = std::env::current_dir().ok().and_then(|here| catalogue::find_root(&here).ok());
    let commit = here.and_then(|root| Git::find(&root, &stop).ok()?.maybe(&["rev-parse", "--short", "HEAD"]).ok()?);
    commit.map_or_else(|| version.to_owned(), |commit| format!("{version} ({commit})"))
}
