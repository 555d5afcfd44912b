//! How tasks and channels end, in the words of a deadlock: who panicked, who is left, who owns the other end.

use crate::{Action, End, Side, Trace};

/// Whether this is the last thing that a task does.
pub(crate) fn is_end(action: &Action) -> bool {
    matches!(action, Action::Ends | Action::Panics { .. })
}

/// A clause for each task that panicked.
pub(crate) fn panicked(trace: &Trace) -> impl Iterator<Item = String> {
    trace.steps.iter().filter_map(|step| {
        let Action::Panics { message } = &step.action else { return None };
        let name = &trace.tasks.get(step.task)?.name;
        let at = step.place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
        Some(format!("{name} panicked{at}: {}", message.lines().next().unwrap_or("")))
    })
}

/// A clause for a task that waits in a way that leaves no trace.
pub(crate) fn wait_elsewhere(trace: &Trace, task: usize) -> String {
    let name = &trace.tasks[task].name;
    let seen = trace.steps.iter().rev().filter(|step| step.task == task).find_map(|step| step.place.as_ref());
    match seen {
        Some(place) => format!("{name} waits for something else, after {place}"),
        None => format!("{name} waits for something that the scheduler does not know"),
    }
}

/// Who owns the end of a channel that `task` does not wait with: `, whose sender main owns`. Empty if that is not known.
pub(crate) fn owners(trace: &Trace, object: usize, task: usize) -> String {
    let of = |side| trace.ends.iter().filter(move |end| end.object == object && end.side == side);
    let is_own = |end: &&End| end.task == task;
    // A task that owns both ends waits with the receiver: what it sends could only wait for itself.
    let (wanted, name) = match of(Side::Receiver).any(|end| is_own(&end)) || !of(Side::Sender).any(|end| is_own(&end)) {
        true => (Side::Sender, "sender"),
        false => (Side::Receiver, "receiver"),
    };
    let ends: Vec<&End> = of(wanted).collect();
    let plural = if ends.len() > 1 { "s" } else { "" };
    let last = if ends.len() == 1 { "last " } else { "" };
    if ends.is_empty() {
        return String::new();
    }
    let mut others: Vec<usize> = ends.iter().map(|end| end.task).filter(|owner| *owner != task).collect();
    others.sort_unstable();
    others.dedup();
    let mut names: Vec<&str> = others.iter().filter_map(|id| trace.tasks.get(*id)).map(|task| &*task.name).collect();
    if others.is_empty() {
        return format!(", whose {last}{name}{plural} it owns itself");
    }
    if ends.iter().any(|end| end.task == task) {
        names.insert(0, "it");
    }
    let verb = if names.len() == 1 { "owns" } else { "own" };
    format!(", whose {last}{name}{plural} {} {verb}", and(&names))
}

/// `a, b and c`
fn and(names: &[&str]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
