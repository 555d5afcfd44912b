//! Maps of small trees, merged and drawn.

use super::*;
use crate::{Action, FailureKind, Mode, Object, Point, Task};

/// Two threads that lock `a` and `b` in opposite orders, in the fewest possible choices: which thread locks first, and
/// whether the other one runs before the second lock.
fn abba() -> Map {
    let lock = |task, object| Step { task, action: Action::Acquires { object, mode: Mode::Lock }, place: None };
    let run = |choices: &[u32], fails: bool| {
        let steps = choices.iter().enumerate().map(|(at, task)| {
            let is_second = choices[..at].contains(task);
            lock(*task as usize, usize::from((*task == 1) != is_second))
        });
        let trace = Trace {
            tasks: ["main", "thread 1"].map(Task::named).into(),
            objects: ["a", "b"]
                .map(|name| Object { type_name: "Mutex".into(), name: name.into(), created: None })
                .into(),
            steps: steps.collect(),
            choices: choices.to_vec(),
            points: (0..choices.len()).map(|step| Point { step, candidates: vec![0, 1] }).collect(),
            ..Trace::default()
        };
        let failure = Failure { kind: FailureKind::Deadlock, message: String::new(), place: None, trace: None };
        match fails {
            true => Report { failure: Some(Failure { trace: Some(trace), ..failure }), ..Report::default() },
            false => Report { trace: Some(trace), ..Report::default() },
        }
    };
    let ways = |ways: &[(u32, usize)]| ways.iter().map(|(choice, to)| Way { choice: *choice, to: Some(*to) }).collect();
    let node = |run, at, to: &[(u32, usize)]| Node { run, at, ways: ways(to) };
    Map {
        extent: Extent::Whole,
        runs: vec![run(&[0, 0], false), run(&[0, 1], true), run(&[1, 1], false)],
        nodes: vec![
            node(0, 0, &[(0, 1), (1, 2)]),
            node(0, 1, &[(0, 3), (1, 4)]),
            node(2, 1, &[(0, 4), (1, 5)]),
            node(0, 2, &[]),
            node(1, 2, &[]),
            node(2, 2, &[]),
        ],
    }
}

/// Would catch: "alternative 2 of a random choice" for something that has a name.
#[test]
fn what_is_chosen_is_named_if_it_is_no_task() {
    let words = |choice| Way { choice, to: None }.in_words().unwrap_or_default();
    assert_eq!(words(crate::spurious(1)), "the wait ends without a notification (a spurious wakeup)");
    assert_eq!(words(crate::spurious(0)), "the wait ends only when it is notified");
    assert_eq!(words(crate::branch(1)), "alternative 2 of a random choice");
    assert_eq!(words(CLOCK), "the next deadline expires");
    assert_eq!(words(1), "");
    let choices = [0, 1, crate::spurious(1), crate::spurious(0), crate::branch(2), CLOCK];
    assert_eq!(crate::wire::read_choices(&crate::wire::write_choices(&choices)).as_deref(), Some(&choices[..]));
}

#[test]
fn a_state_is_sealed_when_every_way_from_it_fails() {
    let map = abba();
    assert!(map.is_consistent());
    let fates = map.fates();
    assert!(!fates[0].is_sealed() && !fates[0].is_safe());
    assert!(fates[4].is_sealed(), "each has one lock");
    assert!(fates[3].is_safe() && fates[5].is_safe());
}

#[test]
fn a_cut_map_calls_no_state_sealed_whose_continuations_it_does_not_know() {
    let mut map = abba();
    map.extent = Extent::Cut;
    map.nodes[1].ways[0].to = None;
    map.nodes[0].ways.truncate(1);
    let fate = map.fates()[1];
    assert!(fate.can_fail && fate.is_unknown && !fate.is_sealed());
}

#[test]
fn the_tree_shows_the_choices_that_matter_and_their_ends() {
    let tree = Tree::new(&abba());
    assert_eq!(tree.summary, "3 interleavings: 2 pass, 1 ends in a deadlock");
    let rows: Vec<String> =
        tree.rows.iter().map(|row| format!("{}{} {:?}", row.lines, row.words, row.outcome)).collect();
    assert_eq!(
        rows,
        [
            "├ main locks `a` Continues",
            "│ ├ main locks `b` Passes",
            "│ └ thread 1 locks `b` Fails(\"deadlock\")",
            "└ thread 1 locks `b` Continues",
            "  ├ main locks `a` Fails(\"deadlock\")",
            "  └ thread 1 locks `a` Passes",
        ]
    );
}

#[test]
fn a_map_with_a_way_to_a_missing_node_is_rejected() {
    let mut map = abba();
    map.nodes[0].ways[0].to = Some(9);
    assert!(!map.is_consistent());
    map.nodes[0].ways[0].to = Some(1);
    map.nodes[1].ways[0].to = Some(0);
    assert!(!map.is_consistent(), "no way leads back");
}
