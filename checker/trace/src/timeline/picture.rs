//! What the picture of a trace consists of, independent of its layout.

use std::collections::HashMap;

use super::row::Row;
use super::rows::rows;
use crate::{Action, Failure, Mode, Trace};

/// The rows of a picture, its columns, and the objects held in each cell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// The steps from top to bottom, with the unimportant ones folded.
    pub rows: Vec<Row>,
    /// The tasks that have a column, in the order of their ids.
    pub tasks: Vec<usize>,
    /// The letter of each object that is held in some row.
    pub letters: HashMap<usize, char>,
    /// What each task holds, by row and column. An object keeps its slot while it is held, so that its bar is straight.
    pub held: Vec<Vec<Slots>>,
}

/// What a task holds at a row, one slot per object.
pub type Slots = Vec<Option<Slot>>;

/// An object that a task holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Slot {
    /// The object: an index into [`Trace::objects`].
    pub object: usize,
    /// How the task holds it.
    pub mode: Mode,
    /// Whether the holding period begins, continues or ends here.
    pub mark: Mark,
}

/// The part of a holding period that a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Acquired in this row.
    Begin,
    /// Acquired earlier and still held.
    Middle,
    /// Released in this row.
    End,
    /// Acquired and released in this row.
    Moment,
}

impl Picture {
    /// The picture that explains `failure`, whose trace is `trace`.
    pub fn new(failure: &Failure, trace: &Trace) -> Self {
        let rows = rows(failure, trace);
        let mut tasks: Vec<usize> = rows.iter().filter_map(Row::shown).map(|row| row.task).collect();
        tasks.sort_unstable();
        tasks.dedup();
        let held = held(trace, &rows, &tasks);
        let mut letters = HashMap::new();
        for slot in held.iter().flatten().flatten().flatten() {
            let next = char::from(b'A' + (letters.len() % 26) as u8);
            letters.entry(slot.object).or_insert(next);
        }
        Picture { rows, tasks, letters, held }
    }

    /// How many slots for held objects the column with index `at` needs.
    pub fn slots(&self, at: usize) -> usize {
        let used = |row: &Vec<Slots>| row[at].iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        self.held.iter().map(used).max().unwrap_or(0)
    }
}

/// What each of `tasks` holds at each of `rows`.
fn held(trace: &Trace, rows: &[Row], tasks: &[usize]) -> Vec<Vec<Slots>> {
    let mut now: Vec<Slots> = vec![Slots::new(); tasks.len()];
    let mut next = 0;
    let mut result = Vec::new();
    for row in rows {
        // Objects that were released in the previous row are gone.
        for slot in now.iter_mut().flatten() {
            match slot {
                Some(Slot { mark: Mark::End | Mark::Moment, .. }) => *slot = None,
                Some(slot) => slot.mark = Mark::Middle,
                None => {}
            }
        }
        if let Row::Shown(shown) = row {
            // Steps that are not shown still change which task holds what.
            let (first, last) = shown.steps;
            for (index, step) in trace.steps.iter().enumerate().take(last + 1).skip(next) {
                let Some(at) = tasks.iter().position(|task| *task == step.task) else { continue };
                apply(&mut now, at, &step.action, index >= first);
            }
            next = last + 1;
        }
        result.push(now.clone());
    }
    result
}

fn apply(now: &mut [Slots], at: usize, action: &Action, shown: bool) {
    match *action {
        Action::Acquires { object, mode } => {
            let slot = Some(Slot { object, mode, mark: if shown { Mark::Begin } else { Mark::Middle } });
            match now[at].iter().position(Option::is_none) {
                Some(free) => now[at][free] = slot,
                None => now[at].push(slot),
            }
        }
        Action::Releases { object, mode } => {
            // A guard may have been moved to another task, which then is the holder.
            let owner = std::iter::once(at).chain(0..now.len());
            let found = owner
                .flat_map(|at| (0..now[at].len()).map(move |slot| (at, slot)))
                .find(|(at, slot)| now[*at][*slot].is_some_and(|slot| (slot.object, slot.mode) == (object, mode)));
            if let Some((at, slot)) = found {
                let mark = &mut now[at][slot];
                let end = |slot: &Slot| if slot.mark == Mark::Begin { Mark::Moment } else { Mark::End };
                *mark = mark.filter(|_| shown).map(|slot| Slot { mark: end(&slot), ..slot });
            }
        }
        _ => {}
    }
}
