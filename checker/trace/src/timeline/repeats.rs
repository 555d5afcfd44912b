//! Folds steps that repeat into one round and a count, and says what would end an endless loop.

use std::fmt::Write as _;

use super::row::{Row, Shown};
use crate::listed::and;
use crate::words::quoted;
use crate::{Action, Cause, Trace};

/// A loop of more steps than this is not recognized.
const LONGEST: usize = 24;
/// Fewer rounds than this are shown step by step.
const FEWEST: usize = 3;

/// Replaces repetitions among `rows` by their first round and a row that counts. With `is_endless`, the last one is a loop
/// that was only cut short.
pub(super) fn fold(trace: &Trace, rows: Vec<Row>, is_endless: bool) -> Vec<Row> {
    let keys: Vec<String> = rows.iter().enumerate().map(|(at, row)| key(trace, at, row)).collect();
    let mut folded = Vec::new();
    let mut rows = rows.into_iter();
    let mut at = 0;
    while at < keys.len() {
        let Some((length, times)) = repetition(&keys[at..]) else {
            folded.extend(rows.next());
            at += 1;
            continue;
        };
        folded.extend(rows.by_ref().take(length));
        let mut taken = length * times;
        // The round that was cut short.
        let rest = &keys[at + taken..];
        let is_last = rest.len() < length && keys[at..].starts_with(rest);
        if is_last {
            taken += rest.len();
        }
        rows.by_ref().take(taken - length).for_each(drop);
        folded.push(Row::Repeated { rows: length, times: (!(is_endless && is_last)).then_some(times) });
        at += taken;
    }
    folded
}

/// The length of the round that the keys begin with and the number of its repetitions: the choice that saves most rows.
fn repetition(keys: &[String]) -> Option<(usize, usize)> {
    let rounds = |length: usize| keys.chunks_exact(length).take_while(|round| *round == &keys[..length]).count();
    let all = (1..=LONGEST.min(keys.len() / FEWEST)).map(|length| (length, rounds(length)));
    let all = all.filter(|(length, times)| *times >= FEWEST && length * (times - 1) > FEWEST);
    // Of equals, the shortest.
    all.rev().max_by_key(|(length, times)| length * (times - 1))
}

/// Rows with equal keys say the same to a reader.
fn key(trace: &Trace, at: usize, row: &Row) -> String {
    let Row::Shown(shown) = row else { return format!("row {at}") };
    let action = &trace.steps[shown.steps.1].action;
    let what = if matches!(action, Action::Sleeps { .. }) { "sleeps" } else { &shown.what };
    format!("{}\t{what}\t{:?}", shown.task, shown.place)
}

/// Describes the endless loop of a livelock: its tasks, and what would end it. `None` if there is no such loop.
pub(super) fn endless_in_words(trace: &Trace, rows: &[Row]) -> Option<String> {
    let (Row::Repeated { rows: length, times: None }, before) = rows.split_last()? else { return None };
    let round: Vec<&Shown> = before[before.len() - length..].iter().filter_map(Row::shown).collect();
    let mut tasks: Vec<usize> = round.iter().map(|shown| shown.task).collect();
    tasks.sort_unstable();
    tasks.dedup();
    let names: Vec<&str> = tasks.iter().map(|task| trace.tasks[*task].name.as_str()).collect();
    let mut words = match (names.as_slice(), length) {
        ([name], 1) => format!("{name} repeats this step without end"),
        ([name], _) => format!("{name} repeats these {length} steps without end"),
        (names, _) => format!("{} repeat these {length} steps without end", and(names)),
    };
    let ends = what_would_end(trace, &round);
    if !ends.is_empty() {
        let _ = write!(words, ". The loop would end if {}", ends.join(", or if "));
    }
    let cause = Cause::of(trace);
    let waits: Vec<String> = cause
        .waits
        .iter()
        .filter(|wait| !tasks.contains(&wait.task))
        .map(|wait| format!("{} {}", trace.tasks[wait.task].name, cause.wait_in_words(trace, wait)))
        .collect();
    if !waits.is_empty() {
        let _ = write!(words, ". Meanwhile {}", waits.join("; "));
    }
    Some(words)
}

/// A clause for each object that the loop looks at.
fn what_would_end(trace: &Trace, round: &[&Shown]) -> Vec<String> {
    let cause = Cause::of(trace);
    let steps = || round.iter().flat_map(|shown| &trace.steps[shown.steps.0..=shown.steps.1]);
    let mut clauses: Vec<String> = Vec::new();
    for step in steps() {
        let name = |object: usize| quoted(trace, object);
        let clause = match step.action {
            Action::Refused { object, .. } => {
                let holders: Vec<&str> = cause.holders(object).map(|task| trace.tasks[task].name.as_str()).collect();
                match holders.as_slice() {
                    [] => format!("{} were free", name(object)),
                    [holder] => format!("{holder} gave {} back", name(object)),
                    holders => format!("{} gave {} back", and(holders), name(object)),
                }
            }
            Action::Loads { object, .. } => format!("{} changed", name(object)),
            Action::Listens { object } => format!("{} were signalled", name(object)),
            Action::Waits { object, .. } if !steps().any(|step| is_got(&step.action, object)) => {
                format!("{} were free", name(object))
            }
            Action::Acquires { object, .. } => format!("what {} protects changed", name(object)),
            _ => continue,
        };
        if !clauses.contains(&clause) {
            clauses.push(clause);
        }
    }
    // What is looked at under a lock says more than that the lock is taken.
    let refused = |clause: &String| !clause.starts_with("what ");
    if clauses.iter().any(refused) {
        clauses.retain(refused);
    }
    clauses
}

fn is_got(action: &Action, wanted: usize) -> bool {
    matches!(action, Action::Acquires { object, .. } if *object == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        text.chars().map(|c| c.to_string()).collect()
    }

    #[test]
    fn the_shortest_round_that_saves_most_is_found() {
        assert_eq!(repetition(&keys("aaaaaaab")), Some((1, 7)));
        assert_eq!(repetition(&keys("abababab")), Some((2, 4)));
        assert_eq!(repetition(&keys("aabaabaabaab")), Some((3, 4)));
        assert_eq!(repetition(&keys("abab")), None, "twice is no loop");
        assert_eq!(repetition(&keys("aaa")), None, "three rows are told as three rows");
        assert_eq!(repetition(&keys("abc")), None);
    }
}
