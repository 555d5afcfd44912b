//! A row of the picture.

use crate::Place;

/// One row of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A step with a row of its own.
    Shown(Shown),
    /// This many steps that do not matter for the cause.
    Folded(usize),
    /// The last `rows` rows before this one, again: `times` in all, or without end.
    Repeated {
        /// How many rows the repeated part has.
        rows: usize,
        /// How often the part runs in all; `None` if it repeats without end.
        times: Option<usize>,
    },
}

/// A step that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// Its number in the picture, counted from 1.
    pub number: usize,
    /// The indices in [`Trace::steps`](crate::Trace::steps) of the first and the last step that the row describes.
    pub steps: (usize, usize),
    /// Who made the step: the index of its column's task in [`Trace::tasks`](crate::Trace::tasks).
    pub task: usize,
    /// The function of the learner that made it.
    pub function: Option<String>,
    /// The step in words, without the name of the task: ``locks `items` ``.
    pub what: String,
    /// The object that the step is about, if there is one.
    pub object: Option<usize>,
    /// The line of the step.
    pub place: Option<Place>,
}

impl Shown {
    /// What happens, with the function of the learner that it belongs to: ``put: locks `items` ``.
    pub fn words(&self) -> String {
        match &self.function {
            Some(function) => format!("{function}: {}", self.what),
            None => self.what.clone(),
        }
    }
}

impl Row {
    pub(super) fn shown_mut(&mut self) -> Option<&mut Shown> {
        match self {
            Row::Shown(shown) => Some(shown),
            Row::Folded(_) | Row::Repeated { .. } => None,
        }
    }

    /// The step, if this is not what was folded.
    pub fn shown(&self) -> Option<&Shown> {
        match self {
            Row::Shown(shown) => Some(shown),
            Row::Folded(_) | Row::Repeated { .. } => None,
        }
    }
}
