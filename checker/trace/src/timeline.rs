//! A trace as a picture in text: a column per task, a row per step, and the cause below.

use crate::words::{Target, quoted};
use crate::{Action, Cause, Failure, FailureKind, Mode, Trace};

/// What stands at the left of each row: two blanks, the number, two blanks.
const MARGIN: usize = 8;
/// Between two columns.
const GAP: usize = 2;
/// An interleaving that did not deadlock is told by its last steps; more would not be read.
const LAST_STEPS: usize = 24;

/// One row of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A step: its number in the picture, whose it is, what was done, and where.
    Step { number: usize, task: usize, what: String, place: String },
    /// So many steps that do not matter for the cause.
    Folded(usize),
}

/// The rows that explain `failure`, in order.
pub fn rows(failure: &Failure, trace: &Trace) -> Vec<Row> {
    let keep = match failure.kind {
        FailureKind::Deadlock => deadlock_steps(trace),
        FailureKind::Panic | FailureKind::Livelock => last_steps(trace),
    };
    let mut rows = Vec::new();
    let mut number = 0;
    for (index, step) in trace.steps.iter().enumerate() {
        if !keep[index] {
            match rows.last_mut() {
                Some(Row::Folded(n)) => *n += 1,
                _ => rows.push(Row::Folded(1)),
            }
            continue;
        }
        number += 1;
        rows.push(Row::Step {
            number,
            task: step.task,
            what: in_words(trace, &step.action),
            place: step.place.as_ref().map(ToString::to_string).unwrap_or_default(),
        });
    }
    // What happened before the first and after the last step that matters is not missed.
    if matches!(rows.first(), Some(Row::Folded(_))) && failure.kind == FailureKind::Deadlock {
        rows.remove(0);
    }
    rows.pop_if(|row| matches!(row, Row::Folded(_)));
    rows
}

/// Which interleaving this is: `schedule 3 of 1,000 · seed 7`.
pub fn title(trace: &Trace) -> String {
    format!("schedule {} of {} · seed {}", grouped(trace.schedule), grouped(trace.budget), trace.seed)
}

/// A number with its thousands grouped: `1,000`.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The last line of the picture: why it ended.
pub fn verdict(failure: &Failure, trace: &Trace) -> String {
    match failure.kind {
        FailureKind::Deadlock => format!("deadlock: {}", Cause::of(trace).in_words(trace)),
        FailureKind::Panic => failure.message.clone(),
        FailureKind::Livelock => format!("livelock: {}", failure.message),
    }
}

/// Draws `failure`'s trace, `width` columns wide at most. Empty if there is no trace.
///
/// Side by side if the columns fit, else one step per line with the task's name in front.
pub fn draw(failure: &Failure, width: usize) -> String {
    let Some(trace) = &failure.trace else { return String::new() };
    let rows = rows(failure, trace);
    let columns = columns(&rows);
    let cell = rows.iter().map(cell_width).max().unwrap_or(0);
    let place = rows.iter().map(place_width).max().unwrap_or(0);
    let names = columns.iter().map(|task| trace.tasks[*task].name.chars().count()).max().unwrap_or(0);
    let column = (cell + GAP + place).max(names);
    let mut out = if MARGIN + columns.len() * (column + 2 * GAP) <= width {
        side_by_side(trace, &rows, &columns, column, cell)
    } else {
        one_below_the_other(trace, &rows, names, cell)
    };
    for (i, line) in verdict(failure, trace).lines().enumerate() {
        let mark = if i == 0 { "  ✗" } else { "" };
        for (j, part) in wrap(line, width.saturating_sub(MARGIN).max(20)).into_iter().enumerate() {
            let mark = if j == 0 { mark } else { "" };
            out.push_str(format!("{mark:MARGIN$}{part}").trim_end());
            out.push('\n');
        }
    }
    out
}

fn side_by_side(trace: &Trace, rows: &[Row], columns: &[usize], column: usize, cell: usize) -> String {
    let mut out = String::new();
    let pad = |at: usize| MARGIN + at * (column + 2 * GAP);
    let mut line = String::new();
    for (at, task) in columns.iter().enumerate() {
        line = format!("{line:<width$}{name}", width = pad(at), name = trace.tasks[*task].name);
    }
    push_line(&mut out, &line);
    for row in rows {
        match row {
            Row::Step { number, task, what, place } => {
                let at = columns.iter().position(|t| t == task).unwrap_or(0);
                let line = format!("{number:3}");
                push_line(&mut out, &format!("{line:<width$}{what:<cell$}  {place}", width = pad(at)));
            }
            Row::Folded(n) => push_line(&mut out, &folded(*n)),
        }
    }
    out
}

fn one_below_the_other(trace: &Trace, rows: &[Row], names: usize, cell: usize) -> String {
    let mut out = String::new();
    for row in rows {
        match row {
            Row::Step { number, task, what, place } => {
                let name = &trace.tasks[*task].name;
                push_line(&mut out, &format!("{number:3}     {name:<names$}  {what:<cell$}  {place}"));
            }
            Row::Folded(n) => push_line(&mut out, &folded(*n)),
        }
    }
    out
}

fn folded(steps: usize) -> String {
    let s = if steps == 1 { "" } else { "s" };
    format!("  ⋮     ({steps} step{s} not shown)")
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// The tasks that have a row, in the order of their ids.
fn columns(rows: &[Row]) -> Vec<usize> {
    let mut tasks: Vec<usize> = rows
        .iter()
        .filter_map(|row| match row {
            Row::Step { task, .. } => Some(*task),
            Row::Folded(_) => None,
        })
        .collect();
    tasks.sort_unstable();
    tasks.dedup();
    tasks
}

fn cell_width(row: &Row) -> usize {
    match row {
        Row::Step { what, .. } => what.chars().count(),
        Row::Folded(_) => 0,
    }
}

fn place_width(row: &Row) -> usize {
    match row {
        Row::Step { place, .. } => place.chars().count(),
        Row::Folded(_) => 0,
    }
}

/// For a deadlock: how each waiting task got what it holds and how it went to sleep.
fn deadlock_steps(trace: &Trace) -> Vec<bool> {
    let cause = Cause::of(trace);
    let cycle = cause.cycle();
    let waits = if cycle.is_empty() { &cause.waits } else { &cycle };
    let mut keep = vec![false; trace.steps.len()];
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
        // Who does not wait but holds what is waited for matters as well.
        if let Target::Object(wanted, _) = wait.target {
            let got = trace
                .steps
                .iter()
                .rposition(|step| matches!(step.action, Action::Acquires { object, .. } if object == wanted));
            if let Some(got) = got {
                keep[got] = true;
            }
        }
    }
    keep
}

/// Otherwise: the last steps that touch something shared.
fn last_steps(trace: &Trace) -> Vec<bool> {
    let mut keep: Vec<bool> = trace
        .steps
        .iter()
        .map(|step| !matches!(step.action, Action::Ends | Action::Spawns { .. } | Action::Joined { .. }))
        .collect();
    let shown = keep.iter().filter(|keep| **keep).count();
    for keep in keep.iter_mut().filter(|keep| **keep).take(shown.saturating_sub(LAST_STEPS)) {
        *keep = false;
    }
    keep
}

/// What a step did, as a predicate: ``locks `a` ``.
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
        Action::Signals { object } => format!("signals {}", name(*object)),
        Action::Listens { object } => format!("waits on {}", name(*object)),
        Action::Hears { object } => format!("is woken through {}", name(*object)),
        Action::Joins { other } => format!("waits for {} to end", task(*other)),
        Action::Joined { other } => format!("sees {} ended", task(*other)),
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

/// Breaks `line` at blanks into parts of at most `width` characters, where it has blanks.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split(' ') {
        let last = parts.last_mut().expect("there is always one");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            parts.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Object, Place, Step, Task};

    fn trace(tasks: &[&str], objects: &[&str], steps: Vec<(usize, Action, u32)>) -> Trace {
        Trace {
            schedule: 3,
            budget: 1000,
            seed: 7,
            tasks: tasks.iter().map(|name| Task { name: (*name).to_owned() }).collect(),
            objects: objects
                .iter()
                .map(|name| Object { type_name: "Mutex".into(), name: (*name).to_owned(), created: None })
                .collect(),
            steps: steps
                .into_iter()
                .map(|(task, action, line)| Step {
                    task,
                    action,
                    place: Some(Place { file: "src/lib.rs".into(), line }),
                })
                .collect(),
            choices: Vec::new(),
        }
    }

    fn deadlock(trace: Trace) -> Failure {
        Failure { kind: FailureKind::Deadlock, message: String::new(), place: None, trace: Some(trace) }
    }

    const fn locks(object: usize) -> Action {
        Action::Acquires { object, mode: Mode::Lock }
    }

    const fn unlocks(object: usize) -> Action {
        Action::Releases { object, mode: Mode::Lock }
    }

    const fn waits(object: usize) -> Action {
        Action::Waits { object, mode: Mode::Lock }
    }

    fn abba() -> Failure {
        deadlock(trace(
            &["main", "thread 1"],
            &["a", "b"],
            vec![
                (0, Action::Spawns { child: 1 }, 30),
                (0, locks(0), 12),
                (1, locks(1), 15),
                (0, waits(1), 13),
                (1, waits(0), 16),
            ],
        ))
    }

    #[test]
    fn a_deadlock_of_two_is_four_rows_side_by_side() {
        assert_eq!(
            draw(&abba(), 80),
            "        main                        thread 1\n\
             \u{20} 1     locks `a`      lib.rs:12\n\
             \u{20} 2                                 locks `b`      lib.rs:15\n\
             \u{20} 3     waits for `b`  lib.rs:13\n\
             \u{20} 4                                 waits for `a`  lib.rs:16\n\
             \u{20} ✗     deadlock: main holds `a` and waits for `b`; thread 1 holds `b` and waits\n\
             \u{20}       for `a`\n"
        );
    }

    #[test]
    fn the_title_tells_how_to_find_it_again() {
        assert_eq!(title(&abba().trace.unwrap()), "schedule 3 of 1,000 · seed 7");
        assert_eq!([0, 999, 1_234_567].map(grouped), ["0", "999", "1,234,567"]);
    }

    #[test]
    fn on_a_narrow_screen_the_tasks_stand_in_front() {
        let text = draw(&abba(), 50);
        assert!(text.contains("  2     thread 1  locks `b`      lib.rs:15\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 50), "{text}");
    }

    #[test]
    fn what_was_given_back_is_folded_away() {
        let failure = deadlock(trace(
            &["main", "thread 1"],
            &["a", "b"],
            vec![
                (0, locks(0), 12),
                (1, locks(1), 15),
                (1, unlocks(1), 15),
                (1, locks(1), 15),
                (0, waits(1), 13),
                (1, waits(0), 16),
            ],
        ));
        let text = draw(&failure, 80);
        assert_eq!(text.matches("locks `b`").count(), 1, "{text}");
        assert!(text.contains("(2 steps not shown)"), "{text}");
    }

    #[test]
    fn a_task_that_waits_for_itself_is_told_so() {
        let failure = deadlock(trace(&["main"], &["a"], vec![(0, locks(0), 1), (0, waits(0), 2)]));
        assert!(draw(&failure, 80).contains("main holds `a` and waits for `a`, which it holds itself"));
    }

    #[test]
    fn the_cycle_is_named_without_those_who_only_wait_for_it() {
        let failure = deadlock(trace(
            &["main", "thread 1", "thread 2"],
            &["a", "b"],
            vec![
                (1, locks(0), 1),
                (2, locks(1), 2),
                (1, waits(1), 3),
                (0, Action::Joins { other: 1 }, 9),
                (2, waits(0), 4),
            ],
        ));
        let text = draw(&failure, 120);
        assert!(text.contains("deadlock: thread 1 holds `a` and waits for `b`; thread 2"), "{text}");
        assert!(!text.contains("main"), "{text}");
    }

    #[test]
    fn a_lost_wake_up_names_the_one_who_sleeps() {
        let failure = deadlock(trace(
            &["main", "task 1"],
            &["ready"],
            vec![(1, Action::Signals { object: 0 }, 5), (0, Action::Listens { object: 0 }, 9)],
        ));
        assert!(draw(&failure, 80).contains("main waits to be woken through `ready`"));
    }

    #[test]
    fn a_panic_shows_the_last_steps_and_its_message() {
        let failure = Failure {
            kind: FailureKind::Panic,
            message: "left: 1\nright: 2".into(),
            place: None,
            trace: Some(trace(
                &["main", "thread 1"],
                &["n"],
                (0..40).map(|i| (i % 2, Action::Loads { object: 0, value: i.to_string() }, i as u32)).collect(),
            )),
        };
        let text = draw(&failure, 80);
        assert!(text.contains("(16 steps not shown)"), "{text}");
        assert!(text.ends_with("  ✗     left: 1\n        right: 2\n"), "{text}");
    }
}
