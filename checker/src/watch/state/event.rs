//! The events and effects of the watch.

use std::path::PathBuf;
use std::time::Duration;

use crate::course::catalogue::Catalogue;
use crate::course::preferences::Preferences;
use crate::course::progress::Progress;
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
    /// The learner's file of the exercise in this folder has changed. It is not the current one.
    SavedElsewhere(PathBuf),
    /// Exercises were added, removed or described differently.
    CourseChanged,
    /// The exercises and the progress as they are on disk now.
    Reloaded(Box<Catalogue>, Progress),
    /// Which of the course's own files of the named exercise differ from the course's.
    Altered(String, Vec<String>),
    Alarm(Alarm),
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
    /// The text that an [`Effect::Fetch`] asked for, about the named exercise.
    Fetched(Topic, String, Text),
    /// The beginning of the explanation of the named exercise's solution.
    Explained(String, Text),
    /// A message for the learner.
    Note(String),
    /// A message that stays visible while the watch runs.
    Standing(String),
    /// A signal arrived, or the terminal was closed.
    Ended,
}

/// Something that happens later, unless the learner does something else first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The note with this number has been visible for long enough.
    NoteExpires(u64),
    /// The next exercise opens, because this check passed.
    Advance(CheckNumber),
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
    /// Compare the course's own files of this exercise with the course's.
    Compare(usize),
    /// Read the exercises again.
    Reload,
    /// Send the alarm after this time. It replaces an earlier one of its kind.
    SetAlarm(Alarm, Duration),
    KeepPreferences(Preferences),
    Record {
        exercise: usize,
        passed: bool,
    },
    /// Save that the solution was shown before the exercise was solved.
    Peeked(usize),
    Fetch(Topic, usize),
    Explain(usize),
    Reset(usize),
    /// Open the editor, at this line if one is known.
    Edit(usize, Option<u32>),
    /// Go step by step through the interleaving in which the named test failed.
    Step(usize, String),
    /// Open the page on which the learner plays the scheduler of the named test.
    OpenPage(usize, String),
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
    /// The words of the exercise, explained.
    Glossary,
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
    /// Go to the exercise with this index?
    SwitchOrNot(usize),
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
