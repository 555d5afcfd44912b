//! How tasks and channels end, for the sentence about a deadlock: which tasks panicked or remain, and who owns a
//! channel's other end.

use crate::listed::and;
use crate::{Action, End, Side, Trace};

/// Whether this action ends its task.
pub(crate) fn is_end(action: &Action) -> bool {
    matches!(action, Action::Ends | Action::Panics { .. })
}

/// Each task that panicked, with a clause about it.
pub(crate) fn panicked(trace: &Trace) -> impl Iterator<Item = (usize, String)> {
    trace.steps.iter().filter_map(|step| {
        let Action::Panics { message } = &step.action else { return None };
        let name = &trace.tasks.get(step.task)?.name;
        let at = step.place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
        Some((step.task, format!("{name} panicked{at}: {}", message.lines().next().unwrap_or(""))))
    })
}

/// A clause for a task that is waiting in a way that left no step in the trace.
pub(crate) fn wait_elsewhere(trace: &Trace, task: usize) -> String {
    let name = &trace.tasks[task].name;
    let seen = trace.steps.iter().rev().filter(|step| step.task == task).find_map(|step| step.place.as_ref());
    match seen {
        Some(place) => format!("{name} waits for something else, after {place}"),
        None => format!("{name} waits for something that the scheduler does not know"),
    }
}

/// Who owns the other end of the channel that `task` waits on: ` (main owns the last sender)`. Empty if unknown.
pub(crate) fn owners(trace: &Trace, object: usize, task: usize) -> String {
    let of = |side| trace.ends.iter().filter(move |end| end.object == object && end.side == side);
    let is_own = |end: &&End| end.task == task;
    // A task that owns both ends must be receiving: blocked on sending, it would be waiting for itself.
    let receives = of(Side::Receiver).any(|end| is_own(&end)) || !of(Side::Sender).any(|end| is_own(&end));
    let (wanted, name) = if receives { (Side::Sender, "sender") } else { (Side::Receiver, "receiver") };
    let ends: Vec<&End> = of(wanted).collect();
    let what = if ends.len() == 1 { format!("the last {name}") } else { format!("{name}s") };
    let mut others: Vec<usize> = ends.iter().map(|end| end.task).filter(|owner| *owner != task).collect();
    others.sort_unstable();
    others.dedup();
    let names: Vec<&str> = others.iter().filter_map(|id| trace.tasks.get(*id)).map(|task| &*task.name).collect();
    match (ends.iter().any(is_own), names.as_slice()) {
        (false, []) => String::new(),
        (true, []) => format!(" (it owns {what} itself)"),
        (true, names) => format!(" (it and {} own {what})", and(names)),
        (false, [name]) => format!(" ({name} owns {what})"),
        (false, names) => format!(" ({} own {what})", and(names)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cause, Object, Place, Step, Task, TaskKind, TaskState};

    fn trace(tasks: &[(&str, TaskState)], steps: Vec<(usize, Action)>) -> Trace {
        let task = |(name, state): &(&str, TaskState)| {
            let kind = if name.starts_with("task") { TaskKind::Async } else { TaskKind::Thread };
            Task { kind, state: *state, ..Task::named(name) }
        };
        let object = |name: &str| Object { type_name: "channel".into(), name: name.into(), created: None };
        let place = |line| Some(Place { file: "src/lib.rs".into(), line });
        Trace {
            tasks: tasks.iter().map(task).collect(),
            objects: ["jobs", "answer"].map(object).into(),
            steps: (1..).zip(steps).map(|(line, (task, action))| Step { task, action, place: place(line) }).collect(),
            ..Trace::default()
        }
    }

    fn words(trace: &Trace) -> String {
        Cause::of(trace).in_words(trace)
    }

    const LISTENS: Action = Action::Listens { object: 0 };

    #[test]
    fn a_deadlock_names_the_owners_of_the_other_end() {
        let mut trace = trace(
            &[("main", TaskState::Running), ("task 1", TaskState::Suspended), ("task 2", TaskState::Suspended)],
            vec![(0, Action::Joins { other: 1 }), (1, LISTENS), (2, Action::Joins { other: 1 })],
        );
        let end = |side, task| End { object: 0, side, task };
        let mut says = |ends: &[End]| {
            trace.ends = ends.to_vec();
            let words = words(&trace);
            let (_, after) = words.split_once("task 1 waits on `jobs`").expect("it waits on the channel");
            after.split(';').next().unwrap_or("").to_owned()
        };
        let receiver = end(Side::Receiver, 1);
        assert_eq!(says(&[]), "");
        assert_eq!(says(&[receiver]), "");
        assert_eq!(says(&[receiver, end(Side::Sender, 1)]), " (it owns the last sender itself)");
        assert_eq!(says(&[receiver, end(Side::Sender, 0)]), " (main owns the last sender)");
        assert_eq!(says(&[receiver, end(Side::Sender, 0), end(Side::Sender, 2)]), " (main and task 2 own senders)");
        assert_eq!(says(&[receiver, end(Side::Sender, 1), end(Side::Sender, 0)]), " (it and main own senders)");
        assert_eq!(says(&[end(Side::Sender, 1), end(Side::Receiver, 0)]), " (main owns the last receiver)");
    }

    #[test]
    fn a_deadlock_names_the_panicked_and_the_cancelled_tasks() {
        let panics = Action::Panics { message: "no such id\nleft: 1".into() };
        let trace = trace(
            &[("main", TaskState::Running), ("task 1", TaskState::Panicked), ("task 2", TaskState::Cancelled)],
            vec![
                (2, LISTENS),
                (1, panics),
                (2, Action::GivesUp { object: 0 }),
                (2, Action::Signals { object: 0 }),
                (0, Action::Listens { object: 1 }),
            ],
        );
        let expected = "task 1 panicked at lib.rs:2: no such id; main waits on `answer`; task 2 was cancelled while it \
                        waited on `jobs`";
        assert_eq!(words(&trace), expected);
    }

    /// Would catch: `task 1 panicked and never gave back …; task 1 panicked at …`.
    #[test]
    fn a_panicked_holder_is_named_once() {
        let mode = crate::Mode::Lock;
        let trace = trace(
            &[("main", TaskState::Running), ("task 1", TaskState::Panicked)],
            vec![
                (1, Action::Acquires { object: 0, mode }),
                (1, Action::Panics { message: "no such id".into() }),
                (0, Action::Waits { object: 0, mode }),
            ],
        );
        let expected = "task 1 panicked at lib.rs:2: no such id, and never gave back `jobs`; main waits for `jobs`";
        assert_eq!(words(&trace), expected);
    }

    #[test]
    fn a_deadlock_is_described_even_if_the_waits_left_no_steps() {
        let tasks = [("main", TaskState::Running), ("thread 1", TaskState::Ready), ("thread 2", TaskState::Ended)];
        let steps = vec![(1, Action::Stores { object: 0, value: "1".into() })];
        let expected = "main waits for something that the scheduler does not know; thread 1 waits for something else, after lib.rs:1";
        assert_eq!(words(&trace(&tasks, steps)), expected);
    }
}
