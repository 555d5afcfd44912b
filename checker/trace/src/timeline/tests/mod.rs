//! Pictures of small traces.

mod repeats;
mod wake_ups;

use super::*;
use crate::{Action, Mode, Object, Place, SourceLine, Step, Task, TaskKind, TaskState};

fn trace(tasks: &[&str], objects: &[&str], steps: Vec<(usize, Action, u32)>) -> Trace {
    let place = |line| Place { file: "src/lib.rs".into(), line };
    Trace {
        schedule: 3,
        budget: 1000,
        seed: 7,
        tasks: tasks.iter().map(|name| Task::named(name)).collect(),
        objects: objects
            .iter()
            .map(|name| Object { type_name: "Mutex".into(), name: (*name).to_owned(), created: None })
            .collect(),
        lines: vec![SourceLine {
            place: place(12),
            text: "let mut a = self.a.lock().unwrap();".into(),
            function: None,
        }],
        steps: steps.into_iter().map(|(task, action, line)| Step { task, action, place: Some(place(line)) }).collect(),
        ..Trace::default()
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

#[track_caller]
fn assert_drawn(failure: &Failure, width: usize, expected: &str) {
    let drawn = draw(failure, width);
    assert_eq!(drawn, expected.trim_start_matches('\n'), "\n{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= width), "wider than {width}:\n{drawn}");
}

#[test]
fn a_deadlock_of_two_tasks_is_drawn_as_four_rows_with_bars() {
    assert_drawn(
        &abba(),
        80,
        "
       main             thread 1
  1  A locks `a`                       lib.rs:12  let mut a = self.a.lock().unw…
  2  │                B locks `b`      lib.rs:15
  3  │ waits for `b`  │                lib.rs:13
  4  │                │ waits for `a`  lib.rs:16
  ✗  deadlock: main holds `a` and waits for `b`; thread 1 holds `b` and waits
     for `a`
",
    );
}

#[test]
fn a_guard_held_across_an_await_on_the_only_worker_names_who_blocks_whom() {
    let mut trace = trace(
        &["main", "task 1", "task 2", "worker 1"],
        &["names"],
        vec![
            (0, Action::Spawns { child: 1 }, 30),
            (0, Action::Spawns { child: 2 }, 31),
            (1, locks(0), 12),
            (1, Action::Yields, 13),
            (2, waits(0), 20),
            (0, Action::Joins { other: 1 }, 32),
        ],
    );
    for task in [1, 2] {
        trace.tasks[task].kind = TaskKind::Async;
        trace.tasks[task].on = Some(3);
    }
    trace.tasks[2].state = TaskState::Running;
    trace.tasks[3].kind = TaskKind::Worker;
    assert_drawn(
        &deadlock(trace),
        100,
        "
     main                       task 1         task 2 on worker 1
  1                           A locks `names`                      lib.rs:12  let mut a = self.a.lo…
  2                           │ yields                             lib.rs:13
  3                           │                waits for `names`   lib.rs:20
  4  waits for task 1 to end  │                                    lib.rs:32
  ✗  deadlock: task 1 holds `names` across an await and could go on; main waits for task 1 to end;
     task 2 waits for `names` and blocks the only thread that polls tasks; no thread is left to poll
     task 1
",
    );
}

/// Would catch: an empty picture, because the other branch of a `join!` went on after the wait began.
#[test]
fn a_branch_that_waits_is_shown_although_the_other_branch_went_on() {
    let trace = trace(
        &["main"],
        &["slots", "done"],
        vec![
            (0, Action::Acquires { object: 0, mode: Mode::Permit }, 12),
            (0, Action::Acquires { object: 0, mode: Mode::Permit }, 12),
            (0, Action::Waits { object: 0, mode: Mode::Permit }, 12),
            (0, Action::Signals { object: 1 }, 20),
        ],
    );
    assert_drawn(
        &deadlock(trace),
        100,
        "
        main
  1  │A gets `slots`          lib.rs:12  let mut a = self.a.lock().unwrap();
  2  ││ waits to get `slots`  lib.rs:12  let mut a = self.a.lock().unwrap();
  ✗  deadlock: main holds `slots` twice and waits for a permit of `slots`, which it holds itself
",
    );
}

#[test]
fn on_a_narrow_screen_each_step_starts_with_the_name_of_its_task() {
    assert_drawn(
        &abba(),
        44,
        "
  1  main      locks `a`      lib.rs:12
  2  thread 1  locks `b`      lib.rs:15
  3  main      waits for `b`  lib.rs:13
  4  thread 1  waits for `a`  lib.rs:16
  ✗  deadlock: main holds `a` and waits for
     `b`; thread 1 holds `b` and waits for
     `a`
",
    );
}

#[test]
fn the_title_tells_how_to_sample_the_interleaving_again() {
    let mut trace = abba().trace.unwrap();
    assert_eq!(title(&trace), "interleaving 3 · seed 7");
    trace.budget = 0;
    assert_eq!(title(&trace), "interleaving 3", "the search needs no seed");
    assert_eq!([0, 999, 1_234_567].map(grouped), ["0", "999", "1,234,567"]);
}

#[test]
fn locks_that_were_released_are_folded() {
    let failure = deadlock(trace(
        &["main", "thread 1"],
        &["a", "b"],
        vec![
            (0, locks(0), 11),
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
fn a_task_that_waits_for_itself_is_reported_as_such() {
    let failure = deadlock(trace(&["main"], &["a"], vec![(0, locks(0), 1), (0, waits(0), 2)]));
    assert!(draw(&failure, 80).contains("main holds `a` and waits for `a`, which it holds itself"));
}

#[test]
fn a_cycle_is_reported_without_the_tasks_that_only_wait_for_it() {
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
fn a_holder_that_waits_for_something_else_is_named_as_well() {
    let steps = vec![(1, locks(0), 1), (0, waits(0), 2)];
    let failure = deadlock(trace(&["main", "task 1"], &["a"], steps.clone()));
    let text = draw(&failure, 120);
    assert!(text.contains("deadlock: task 1 holds `a` and waits for something else; main waits for `a`\n"), "{text}");
    let forgotten = [steps, vec![(1, Action::Ends, 3)]].concat();
    let text = draw(&deadlock(trace(&["main", "task 1"], &["a"], forgotten)), 120);
    assert!(text.contains("deadlock: task 1 has ended and never gave back `a`; main waits for `a`\n"), "{text}");
}

#[test]
fn tasks_that_wait_for_the_same_object_are_named_together() {
    let steps = vec![(1, locks(0), 1), (0, waits(0), 2), (2, waits(0), 2), (3, waits(0), 2)];
    let failure = deadlock(trace(&["main", "task 1", "task 2", "task 3"], &["a"], steps));
    let text = draw(&failure, 120);
    assert!(text.contains("something else; main, task 2 and task 3 wait for `a`\n"), "{text}");
}

/// Would catch: a row that is wider than the screen, or bars that are not straight, because a name is wide.
#[test]
fn wide_characters_are_counted_by_columns() {
    let Failure { trace: Some(mut trace), .. } = abba() else { panic!("it has a trace") };
    trace.objects[0].name = "在庫".into();
    trace.lines[0].text = "let mut 在庫 =\tself.在庫.lock().unwrap(); // とても長い行".into();
    let failure = deadlock(trace);
    for width in [40, 60, 80, 100] {
        let text = draw(&failure, width);
        assert!(
            text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= width && !line.contains('\t')),
            "{text}"
        );
    }
    let text = draw(&failure, 80);
    let column =
        |row: &str, what: &str| unicode_width::UnicodeWidthStr::width(&row[..row.find(what).expect("it is there")]);
    let places: Vec<usize> =
        text.lines().filter(|line| line.contains("lib.rs:")).map(|row| column(row, "lib.rs:")).collect();
    assert!(places.len() == 4 && places.iter().all(|place| *place == places[0]), "{places:?}\n{text}");
}

/// Would catch: an empty picture of tasks that wait for a waker of the learner's own, which no step tells of.
#[test]
fn a_wait_without_a_step_is_shown_by_the_last_step_before_it() {
    let mut stuck = trace(&["main", "task 1"], &["a"], vec![(1, locks(0), 1), (1, unlocks(0), 2), (0, locks(0), 3)]);
    stuck.steps.push(Step { task: 0, action: unlocks(0), place: None });
    for task in &mut stuck.tasks {
        task.state = TaskState::Suspended;
    }
    let text = draw(&deadlock(stuck), 120);
    assert!(text.contains("unlocks `a`") && text.contains("lib.rs:2"), "{text}");
    assert!(text.contains("task 1 waits for something else, after lib.rs:2"), "{text}");
    let spawns = |child| Action::Spawns { child };
    let steps = vec![(0, spawns(1), 1), (0, spawns(2), 2), (1, Action::Ends, 3)];
    let mut only_tasks = trace(&["main", "task 1", "task 2"], &[], steps);
    only_tasks.tasks[2].state = TaskState::Suspended;
    assert_drawn(
        &deadlock(only_tasks),
        80,
        "
     main           task 1
  1  starts task 1          lib.rs:1
  2  starts task 2          lib.rs:2
  3                 ends    lib.rs:3
  ✗  deadlock: main waits for something else, after lib.rs:2; task 2 waits for
     something that the scheduler does not know
",
    );
}

#[test]
fn a_reader_queued_behind_a_writer_is_shown_as_waiting_for_that_writer() {
    let read = |object| Action::Acquires { object, mode: Mode::Read };
    let failure = deadlock(trace(
        &["main", "thread 1"],
        &["rates"],
        vec![
            (0, read(0), 1),
            (1, Action::Waits { object: 0, mode: Mode::Write }, 5),
            (0, Action::Waits { object: 0, mode: Mode::Read }, 2),
        ],
    ));
    assert_drawn(
        &failure,
        80,
        "
       main                   thread 1
  1  A reads `rates`                                  lib.rs:1
  2  │                        waits to write `rates`  lib.rs:5
  3  │ waits to read `rates`                          lib.rs:2
  ✗  deadlock: main holds `rates` and waits to read `rates` behind thread 1,
     which waits to write it; thread 1 waits to write `rates`
",
    );
}

#[test]
fn a_lock_released_at_once_is_one_row_with_a_short_bar() {
    let failure = Failure {
        kind: FailureKind::Panic,
        message: "left: 1\nright: 2".into(),
        place: None,
        trace: Some(trace(
            &["main", "thread 1"],
            &["n", "m"],
            vec![(0, locks(0), 1), (0, unlocks(0), 1), (1, locks(1), 2), (0, locks(0), 3), (1, unlocks(1), 4)],
        )),
    };
    assert_drawn(
        &failure,
        80,
        "
       main                  thread 1
  1  A locks, unlocks `n`                 lib.rs:1
  2                        B locks `m`    lib.rs:2
  3  A locks `n`           │              lib.rs:3
  4  │                     ╵ unlocks `m`  lib.rs:4
  ✗  left: 1
     right: 2
",
    );
}

/// Would catch: a timeline that names only locks, so that the learner does not find their own functions in it.
#[test]
fn a_step_names_the_function_that_it_belongs_to() {
    let mut failure = abba();
    let trace = failure.trace.as_mut().unwrap();
    let place = |line| Place { file: "src/lib.rs".into(), line };
    let line =
        |at, function: &str| SourceLine { place: place(at), text: "…".into(), function: Some(function.into()) };
    trace.lines = vec![line(12, "put"), line(13, "put"), line(15, "take"), line(16, "take")];
    let head = |text: &str| text.lines().take(3).map(|line| format!("{line}\n")).collect::<String>();
    let wide = "       main                  thread 1
  1  A put: locks `a`                             lib.rs:12
  2  │                     B take: locks `b`      lib.rs:15
";
    assert_eq!(head(&draw(&failure, 120).replace("  …", "")), wide);
    let narrow = draw(&failure, 58);
    assert!(narrow.contains("A locks `a`") && narrow.contains("lib.rs:12 put\n"), "{narrow}");
    assert!(draw(&failure, 40).contains("main      put: locks `a`"), "{}", draw(&failure, 40));
}

/// Would catch: "main waits for `log`", without the future that `log` was handed to.
#[test]
fn a_futurelock_names_the_future_that_is_not_polled_any_more() {
    let steps = vec![(0, locks(0), 5), (0, waits(0), 12), (0, unlocks(0), 5), (0, waits(0), 20)];
    let mut trace = trace(&["main"], &["log"], steps);
    let failure = deadlock(trace.clone());
    assert_drawn(
        &failure,
        100,
        "
       main
  1  A locks `log`      lib.rs:5
  2  │ waits for `log`  lib.rs:12  let mut a = self.a.lock().unwrap();
  3  ╵ unlocks `log`    lib.rs:5
  4    waits for `log`  lib.rs:20
  ✗  deadlock: main waits for `log` behind another future of its own (at lib.rs:12), which came
     first and is not polled any more: `log` goes to that future, and it never takes it (a
     futurelock)
",
    );
    trace.steps.insert(3, Step { task: 0, action: Action::GivesUp { object: 0 }, place: None });
    let text = draw(&deadlock(trace), 100);
    assert!(text.contains("deadlock: main waits for `log`\n"), "that future was dropped: {text}");
}
