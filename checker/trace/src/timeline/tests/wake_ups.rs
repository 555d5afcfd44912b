//! Lost wake-ups: who sleeps, and who could have woken them.

use super::*;

#[test]
fn a_lost_wake_up_names_the_sleeping_task_and_shows_the_signal() {
    let failure = deadlock(trace(
        &["main", "task 1"],
        &["ready"],
        vec![(1, Action::Signals { object: 0 }, 5), (1, Action::Ends, 6), (0, Action::Listens { object: 0 }, 9)],
    ));
    assert_drawn(
        &failure,
        80,
        "
     main              task 1
  1                    signals `ready`  lib.rs:5
  2  waits on `ready`                   lib.rs:9
  ✗  deadlock: main waits on `ready`
",
    );
}

/// Would catch: a picture of a lost wake-up that says only who sleeps.
#[test]
fn a_wait_on_a_condition_variable_shows_who_could_have_woken_it() {
    let (not_full, hears) = (1, Action::Hears { object: 1 });
    let failure = deadlock(trace(
        &["main", "maker", "other"],
        &["items", "not_full"],
        vec![
            (1, locks(0), 26),
            (1, unlocks(0), 26),
            (1, Action::Listens { object: not_full }, 27),
            (2, locks(0), 26),
            (2, unlocks(0), 26),
            (0, locks(0), 34),
            (0, Action::Signals { object: not_full }, 38),
            (0, unlocks(0), 34),
            (0, locks(0), 34),
            (0, unlocks(0), 34),
            (2, hears, 27),
            (2, Action::Ends, 61),
            (0, Action::Joins { other: 1 }, 60),
        ],
    ));
    assert_drawn(
        &failure,
        80,
        "
  1  maker  locks, unlocks `items`       lib.rs:26
  2  maker  waits on `not_full`          lib.rs:27
  3  other  locks, unlocks `items`       lib.rs:26
  4  main   locks `items`                lib.rs:34
  5  main   signals `not_full`           lib.rs:38
  6  main   unlocks `items`              lib.rs:34
  7  main   locks, unlocks `items`       lib.rs:34
  8  other  is woken through `not_full`  lib.rs:27
  9  main   waits for maker to end       lib.rs:60
  ✗  deadlock: main waits for maker to end; maker waits on `not_full`
",
    );
}

#[test]
fn a_wake_up_lost_between_check_and_wait_shows_the_check_and_the_change() {
    let value = || "true".to_owned();
    let failure = deadlock(trace(
        &["main", "task 1"],
        &["ready", "wake"],
        vec![
            (0, Action::Loads { object: 0, value: "false".into() }, 8),
            (1, Action::Stores { object: 0, value: value() }, 4),
            (1, Action::Signals { object: 1 }, 5),
            (1, Action::Ends, 6),
            (0, Action::Listens { object: 1 }, 9),
        ],
    ));
    let text = draw(&failure, 120);
    for part in ["loads false from `ready`", "stores true in `ready`", "signals `wake`", "waits on `wake`"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
