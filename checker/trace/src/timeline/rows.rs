//! Which steps of a trace are shown, and how they are described.

use super::repeats;
use super::row::{Row, Shown};
use crate::words::{Target, Wait, abandoned, quoted, unpolled};
use crate::{Action, Cause, Failure, FailureKind, Mode, Step, Trace};

/// An interleaving that did not deadlock is told by its last rows; more would not be read.
const LAST_ROWS: usize = 24;

/// The rows that explain `failure`, in order.
pub fn rows(failure: &Failure, trace: &Trace) -> Vec<Row> {
    let keep = match failure.kind {
        FailureKind::Deadlock => deadlock_steps(trace),
        FailureKind::Panic
        | FailureKind::Livelock
        | FailureKind::DataRace
        | FailureKind::Unsupported
        | FailureKind::Internal => trace.steps.iter().map(|step| !is_bookkeeping(&step.action)).collect(),
    };
    let mut rows: Vec<Row> = Vec::new();
    for (index, step) in trace.steps.iter().enumerate() {
        if !keep[index] {
            if is_bookkeeping(&step.action) {
                continue;
            }
            match rows.last_mut() {
                Some(Row::Folded(n)) => *n += 1,
                _ => rows.push(Row::Folded(1)),
            }
            continue;
        }
        if let Some(Row::Shown(last)) = rows.last_mut()
            && let Some(what) = both_in_words(trace, last.steps.1, index)
        {
            (last.what, last.steps.1) = (what, index);
            continue;
        }
        rows.push(Row::Shown(Shown {
            number: 0,
            steps: (index, index),
            task: step.task,
            function: step.place.as_ref().and_then(|place| trace.function(place)).map(str::to_owned),
            what: in_words(trace, &step.action),
            object: step.action.object(),
            place: step.place.clone(),
        }));
    }
    // Folded rows before the first and after the last relevant step add nothing.
    if matches!(rows.first(), Some(Row::Folded(_))) {
        rows.remove(0);
    }
    rows.pop_if(|row| matches!(row, Row::Folded(_)));
    if failure.kind != FailureKind::Deadlock {
        rows = repeats::fold(trace, rows, failure.kind == FailureKind::Livelock);
        rows.drain(..rows.len().saturating_sub(LAST_ROWS));
        // The count of what is not shown any more.
        rows.drain(..cut_short(&rows));
    }
    for (number, shown) in (1..).zip(rows.iter_mut().filter_map(Row::shown_mut)) {
        shown.number = number;
    }
    rows
}

/// How many of the first rows belong to a round that is not shown whole.
fn cut_short(rows: &[Row]) -> usize {
    let first = rows.iter().position(|row| matches!(row, Row::Repeated { .. }));
    let is_cut = |at: &usize| matches!(rows[*at], Row::Repeated { rows, .. } if rows > *at);
    first.filter(is_cut).map_or(0, |at| at + 1)
}

/// A lock that is given back in the step after it was got, in the same line of source, is one thing to a reader.
fn both_in_words(trace: &Trace, first: usize, second: usize) -> Option<String> {
    let (a, b) = (&trace.steps[first], &trace.steps[second]);
    match (&a.action, &b.action) {
        (Action::Acquires { object, mode }, Action::Releases { object: other, mode: same })
            if (object, mode, a.task, &a.place) == (other, same, b.task, &b.place) =>
        {
            let name = quoted(trace, *object);
            Some(match mode {
                Mode::Lock => format!("locks, unlocks {name}"),
                Mode::Read | Mode::Upgradable => format!("reads {name}, lets go"),
                Mode::Write => format!("writes {name}, lets go"),
                Mode::Permit => format!("gets {name}, gives back"),
            })
        }
        _ => None,
    }
}

/// Steps that occur in every program and explain nothing. They are left out without a note.
fn is_bookkeeping(action: &Action) -> bool {
    matches!(
        action,
        Action::Ends | Action::Spawns { .. } | Action::Joins { .. } | Action::Joined { .. } | Action::Yields
    )
}

/// For a deadlock: how each waiting task acquired what it holds, and where it started to wait.
fn deadlock_steps(trace: &Trace) -> Vec<bool> {
    let cause = Cause::of(trace);
    let cycle = cause.cycle();
    let waits = if cycle.is_empty() { &cause.waits } else { &cycle };
    let mut keep = vec![false; trace.steps.len()];
    // The last step of each task that is ready but that no thread is left to poll.
    for task in unpolled(trace) {
        let last = trace.steps.iter().rposition(|step| step.task == task);
        if let Some(last) = last {
            keep[last] = true;
        }
    }
    // A task that panicked or was cancelled may be the one that would have ended the wait.
    if cycle.is_empty() {
        cause.cancelled.iter().for_each(|wait| keep[wait.step] = true);
        let panics = trace.steps.iter().enumerate().filter(|(_, step)| matches!(step.action, Action::Panics { .. }));
        panics.for_each(|(index, _)| keep[index] = true);
        // Of a task whose wait left no step, as that of a future of its own, the last step is known.
        for task in cause.unexplained(trace) {
            let last = trace.steps.iter().rposition(|step| step.task == task);
            last.into_iter().for_each(|last| keep[last] = true);
        }
    }
    for wait in waits {
        keep[wait.step] = true;
        for held in &cause.holds[wait.task] {
            let got = trace.steps[..wait.step].iter().rposition(|step| {
                step.task == wait.task
                    && matches!(step.action, Action::Acquires { object, mode } if (object, mode) == *held)
            });
            if let Some(got) = got {
                keep[got] = true;
            }
        }
        match wait.target {
            // A holder that is not waiting matters as well.
            Target::Object(wanted, _) => {
                if let Some(first) = abandoned(trace, wait) {
                    keep[first] = true;
                    let gives =
                        |action: &Action| matches!(action, Action::Releases { object, .. } if *object == wanted);
                    let given = (first..trace.steps.len()).find(|at| gives(&trace.steps[*at].action));
                    given.into_iter().for_each(|at| keep[at] = true);
                }
                let got = |action: &Action| matches!(action, Action::Acquires { object, .. } if *object == wanted);
                if let Some(got) = trace.steps.iter().rposition(|step| got(&step.action)) {
                    keep[got] = true;
                }
            }
            // An earlier signal from another task explains a lost wake-up.
            Target::Signal(through) => {
                could_have_woken(trace, wait, through).into_iter().for_each(|step| keep[step] = true);
                let missed = trace.steps[..wait.step].iter().rposition(|step| {
                    step.task != wait.task && matches!(step.action, Action::Signals { object } if object == through)
                });
                if let Some(missed) = missed {
                    keep[missed] = true;
                    if let Some(steps) = stale_look(trace, wait) {
                        steps.into_iter().for_each(|step| keep[step] = true);
                    }
                }
            }
            Target::Task(_) => {}
        }
    }
    keep_single_steps(trace, &mut keep);
    // If no step tells of a lock or a signal, the tasks that began and ended are all there is to tell.
    if !keep.iter().zip(&trace.steps).any(|(keep, step)| *keep && !is_bookkeeping(&step.action)) {
        let from = keep.len().saturating_sub(LAST_ROWS);
        keep[from..].fill(true);
    }
    keep
}

/// A step that is alone between two that are shown takes no more room than the note that it is not shown.
fn keep_single_steps(trace: &Trace, keep: &mut [bool]) {
    let told: Vec<usize> =
        (0..keep.len()).filter(|at| !is_bookkeeping(&trace.steps[*at].action) || keep[*at]).collect();
    for around in told.windows(3) {
        if let [before, alone, after] = *around
            && keep[before]
            && keep[after]
        {
            keep[alone] = true;
        }
    }
}

/// For a wait without a lock after a look under one: the look, the last steps of others under that lock since, each of
/// which could have woken the task, and who was woken instead.
fn could_have_woken(trace: &Trace, wait: &Wait, through: usize) -> Vec<usize> {
    let before = &trace.steps[..wait.step];
    let gave_back = before.iter().rposition(|step| step.task == wait.task);
    let Some(Action::Releases { object: lock, mode: Mode::Lock }) = gave_back.map(|at| &before[at].action) else {
        return Vec::new();
    };
    let is_locked = |step: &Step| matches!(&step.action, Action::Acquires { object, .. } if object == lock);
    let is_unlocked = |step: &Step| matches!(&step.action, Action::Releases { object, .. } if object == lock);
    let looked = before.iter().rposition(|step| step.task == wait.task && is_locked(step));
    let mut steps: Vec<usize> = looked.into_iter().chain(gave_back).collect();
    let since = looked.unwrap_or(wait.step);
    for task in (0..trace.tasks.len()).filter(|task| *task != wait.task) {
        let last = |is: &dyn Fn(&Step) -> bool| trace.steps.iter().rposition(|step| step.task == task && is(step));
        if let Some(locked) = last(&is_locked).filter(|at| *at > since) {
            steps.push(locked);
            steps.extend(last(&is_unlocked).filter(|at| *at > locked));
        }
    }
    let is_of_wake_up = |action: &Action| match action {
        Action::Signals { object } | Action::Hears { object } => *object == through,
        _ => false,
    };
    let wake_ups = (wait.step..trace.steps.len()).filter(|at| is_of_wake_up(&trace.steps[*at].action));
    steps.extend(wake_ups.rev().take(MOST_WAKE_UPS));
    steps
}

/// How many of the signals and wake-ups are shown that reached others.
const MOST_WAKE_UPS: usize = 4;

/// The step in which a task read a value before it started to wait, and the step in which another task changed that
/// value in between.
fn stale_look(trace: &Trace, wait: &Wait) -> Option<[usize; 2]> {
    let before = &trace.steps[..wait.step];
    let looks = |step: &Step| step.task == wait.task && matches!(step.action, Action::Loads { .. });
    let look = before.iter().rposition(looks)?;
    let object = trace.steps[look].action.object();
    let changes = |step: &Step| {
        let changes = matches!(step.action, Action::Stores { .. } | Action::Updates { .. });
        changes && step.task != wait.task && step.action.object() == object
    };
    let change = before[look..].iter().rposition(changes)?;
    Some([look, look + change])
}

/// What a step did, as a predicate, and in which function of the learner: ``locks `a` in put``.
pub fn step_in_words(trace: &Trace, step: &Step) -> String {
    let function = step.place.as_ref().and_then(|place| trace.function(place));
    let function = function.map_or_else(String::new, |function| format!(" in {function}"));
    format!("{}{function}", in_words(trace, &step.action))
}

/// What an action is, as a predicate: ``locks `a` ``.
pub fn in_words(trace: &Trace, action: &Action) -> String {
    let name = |object: usize| quoted(trace, object);
    let task = |id: usize| trace.tasks.get(id).map_or("?", |task| task.name.as_str());
    match action {
        Action::Spawns { child } => format!("starts {}", task(*child)),
        Action::Waits { object, mode: Mode::Lock } => format!("waits for {}", name(*object)),
        Action::Waits { object, mode } => format!("waits to {} {}", verb(*mode), name(*object)),
        Action::GivesUp { object } => format!("stops waiting for {}", name(*object)),
        Action::Acquires { object, mode } => format!("{} {}", verb_s(*mode), name(*object)),
        Action::Releases { object, mode: Mode::Permit } => format!("gives {} back", name(*object)),
        Action::Releases { object, mode: Mode::Read } => format!("ends reading {}", name(*object)),
        Action::Releases { object, .. } => format!("unlocks {}", name(*object)),
        Action::Refused { object, .. } => format!("is refused {}", name(*object)),
        Action::Loads { object, value } => format!("loads {value} from {}", name(*object)),
        Action::Stores { object, value } => format!("stores {value} in {}", name(*object)),
        Action::Updates { object, old, new } => format!("turns {old} into {new} in {}", name(*object)),
        Action::Accesses { object } => format!("accesses {}", name(*object)),
        Action::Signals { object } => format!("signals {}", name(*object)),
        Action::Listens { object } => format!("waits on {}", name(*object)),
        Action::Hears { object } => format!("is woken through {}", name(*object)),
        Action::Joins { other } => format!("waits for {} to end", task(*other)),
        Action::Joined { other } => format!("sees {} ended", task(*other)),
        Action::Sleeps { until } => format!("sleeps until {until}"),
        Action::Yields => "yields".to_owned(),
        Action::Ends => "ends".to_owned(),
        Action::Panics { .. } => "panics".to_owned(),
    }
}

fn verb(mode: Mode) -> &'static str {
    match mode {
        Mode::Lock => "lock",
        Mode::Read => "read",
        Mode::Write => "write",
        Mode::Upgradable => "read (upgradable)",
        Mode::Permit => "get",
    }
}

fn verb_s(mode: Mode) -> &'static str {
    match mode {
        Mode::Lock => "locks",
        Mode::Read => "reads",
        Mode::Write => "writes",
        Mode::Upgradable => "reads (upgradable)",
        Mode::Permit => "gets",
    }
}
