//! The events and effects of the watch.

use crate::ui::keys::Key;
use crate::ui::text::style::Text;
use crate::verdict::{Mode, Stage, Verdict};

/// Identifies the check that a verdict belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckNumber(pub u64);

/// An exercise and a mode, to be compiled before they are needed.
pub type Job = (usize, Mode);

/// What can happen to the watch.
#[derive(Clone, Debug)]
pub enum Event {
    Started,
    /// The content of the exercise's files has changed.
    Saved,
    Key(Key),
    /// Columns and rows.
    Resized(usize, usize),
    /// The check has been running for this many milliseconds.
    Tick(u64),
    Stage(CheckNumber, Stage),
    Checked(CheckNumber, Box<Verdict>),
    /// The checker itself failed.
    Failed(CheckNumber, String),
    Prepared(Job),
    /// The text that an [`Effect::Fetch`] asked for.
    Fetched(Topic, usize, Text),
    /// The beginning of the explanation of an exercise's solution.
    Explained(usize, Text),
    /// A message for the learner.
    Note(String),
    /// A message that stays visible while the watch runs.
    Standing(String),
    /// A signal arrived, or the terminal was closed.
    Ended,
}

/// What the watch can do. Exercises are indices into the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an effect that is not performed did not happen"]
pub enum Effect {
    Check(CheckNumber, usize),
    /// Stop the running check.
    Stop,
    Prepare(Job),
    StopPreparing,
    /// Watch this exercise's files from now on, and save that it is the current one.
    MoveTo(usize),
    Record {
        exercise: usize,
        passed: bool,
    },
    /// Save that the solution was shown before the exercise was solved.
    Peeked(usize),
    Fetch(Topic, usize),
    Explain(usize),
    Reset(usize),
    Edit(usize),
    Copy(String),
    /// For users without a screen: print this.
    Say(Say),
    Quit,
}

/// A piece of news that is worth a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    Checking(usize),
    Verdict { verdict: Box<Verdict>, next: Option<usize> },
    Page(Text),
    List,
    Note(String),
    Error(String),
}

/// What the middle of the screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Result,
    Timeline,
    Brief,
    /// The lesson of the chapter.
    Lesson,
    Hint,
    Solution,
    Keys,
    List,
}

/// A text that is being typed, or a question that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    Search(String),
    ResetOrNot,
    PeekOrNot,
}

/// What is known about the current version of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Passes,
    DoesNotPass,
}

/// How output reaches the learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// On a screen that is always up to date. Builds ahead of time are worthwhile, because a user is present.
    Screen,
    /// Line by line, without a screen to navigate.
    Lines,
}
