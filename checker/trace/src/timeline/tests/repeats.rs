//! Steps that repeat.

use super::*;

fn livelock(trace: Trace) -> Failure {
    let message = "none makes progress".into();
    Failure { kind: FailureKind::Livelock, message, place: None, trace: Some(trace) }
}

/// Would catch: 24 equal lines of a loop, and nothing of what led to it.
#[test]
fn a_loop_is_shown_once_with_what_came_before_and_what_would_end_it() {
    let refused = || (0, Action::Refused { object: 0, mode: Mode::Lock }, 3);
    let before = vec![(1, locks(0), 7), (1, Action::Listens { object: 1 }, 8)];
    let rounds = (0..120).flat_map(|at| [refused(), (0, Action::Sleeps { until: format!("{at} ms") }, 4)]);
    let steps = before.into_iter().chain(rounds).chain([refused()]).collect();
    assert_drawn(
        &livelock(trace(&["main", "thread 1"], &["a", "ready"], steps)),
        80,
        "
     main                 thread 1
  1                     A locks `a`         lib.rs:7
  2                     │ waits on `ready`  lib.rs:8
  3  is refused `a`     │                   lib.rs:3
  4  sleeps until 0 ms  │                   lib.rs:4
  ↻                     │                   (these 2 steps, without end)
  ✗  livelock: main repeats these 2 steps without end. The loop would end if
     thread 1 gave `a` back. Meanwhile thread 1 holds `a` and waits on `ready`
",
    );
}

#[test]
fn what_two_threads_repeat_is_one_loop() {
    let look = |task, line| [(task, locks(0), line), (task, unlocks(0), line)];
    let steps = (0..50).flat_map(|_| [look(0, 1), look(1, 1)].concat()).collect();
    let text = draw(&livelock(trace(&["main", "thread 1"], &["jobs"], steps)), 200);
    assert!(text.contains("(these 2 steps, without end)"), "{text}");
    assert!(
        text.contains(
            "main and thread 1 repeat these 2 steps without end. The loop would end if what `jobs` protects changed\n"
        ),
        "{text}"
    );
}

#[test]
fn steps_that_repeat_before_a_panic_are_counted() {
    let steps = (0..11).flat_map(|_| [(0, locks(0), 1), (0, unlocks(0), 1)]).chain([(0, locks(0), 2)]).collect();
    let trace = Some(trace(&["main"], &["n"], steps));
    let failure = Failure { kind: FailureKind::Panic, message: "wrong".into(), place: None, trace };
    let text = draw(&failure, 80);
    assert!(text.contains("(this step, 11 times in all)"), "{text}");
    assert_eq!(text.matches("locks, unlocks").count(), 1, "{text}");
}

#[test]
fn a_panic_shows_the_last_steps() {
    let loads = (0..40).map(|i| (i % 2, Action::Loads { object: 0, value: i.to_string() }, i as u32)).collect();
    let failure = Failure {
        kind: FailureKind::Panic,
        message: "wrong".into(),
        place: None,
        trace: Some(trace(&["main", "thread 1"], &["n"], loads)),
    };
    let text = draw(&failure, 80);
    assert!(text.contains("loads 39 from `n`") && !text.contains("loads 15 from `n`"), "{text}");
    assert_eq!(text.lines().count(), 1 + 24 + 1);
}
