//! What can happen to the watch, and what can be done about it.

use crate::ui::keys::Key;
use crate::ui::text::style::Text;
use crate::verdict::{Mode, Stage, Verdict};

/// Which check a verdict belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckNumber(pub u64);

/// An exercise and a mode that it can be compiled for before anybody waits for it.
pub type Job = (usize, Mode);

/// All that can happen.
#[derive(Clone, Debug)]
pub enum Event {
    Started,
    /// A file of the exercise has another content than before.
    Saved,
    Key(Key),
    /// Columns and rows.
    Resized(usize, usize),
    /// The check has been running for so many milliseconds.
    Tick(u64),
    Stage(CheckNumber, Stage),
    Checked(CheckNumber, Box<Verdict>),
    /// The check could not do its work.
    Failed(CheckNumber, String),
    Prepared(Job),
    /// What was to be fetched.
    Fetched(Topic, usize, Text),
    /// The beginning of the explanation of an exercise.
    Explained(usize, String),
    /// Something that the learner should know now.
    Note(String),
    /// Something that the learner should know for as long as the watch runs.
    Standing(String),
    /// A signal, or the terminal is gone.
    Ended,
}

/// All that can be done about it. Exercises are given by their place in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an effect that is not performed did not happen"]
pub enum Effect {
    Check(CheckNumber, usize),
    /// Stop the check that is under way.
    Stop,
    Prepare(Job),
    StopPreparing,
    /// Look at this exercise's files from now on, and remember that the learner is there.
    MoveTo(usize),
    Record {
        exercise: usize,
        passed: bool,
    },
    /// Remember that the solution was shown too early.
    Peeked(usize),
    Fetch(Topic, usize),
    Explain(usize),
    Reset(usize),
    Edit(usize),
    Copy(String),
    /// For those who do not see the screen as a whole.
    Say(Say),
    Quit,
}

/// What has become worth saying.
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
    Hint,
    Solution,
    Keys,
    List,
}

/// Something is being typed, or asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    Search(String),
    ResetOrNot,
    PeekOrNot,
}

/// What is known about the file as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Passes,
    DoesNotPass,
}

/// How what is said reaches the learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// On a screen that is always up to date. Somebody sits before it, and thinks while the next exercise is built.
    Screen,
    /// Line by line, so there is no place to move in.
    Lines,
}
