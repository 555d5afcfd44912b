//! The settings of an exploration, and its result.

use std::path::PathBuf;

use trace::{Explored, Failure, Trace};

use super::choice::Rules;
use super::progress::Listener;

/// The settings of an exploration.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) schedules: u32,
    pub(super) seed: u64,
    pub(super) replay: Option<Vec<u32>>,
    pub(super) manifest_dir: PathBuf,
    pub(super) rules: Rules,
    pub(super) ways: Ways,
    pub(super) listener: Option<Listener>,
}

/// Which ways of choosing schedules are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ways {
    /// The search, and if there is too much to search, sampling.
    Both,
    Search,
    Sample,
}

/// The result of an exploration.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finding {
    /// How far the exploration got.
    pub explored: Explored,
    /// The first failure.
    pub failure: Option<Box<Failure>>,
    /// The trace of a replayed schedule that did not fail.
    pub trace: Option<Trace>,
}
