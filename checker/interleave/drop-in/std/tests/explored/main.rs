//! Exploring std's locks and threads: which bugs it finds, and which programs pass.
#![cfg(feature = "explore")]

mod histories;
mod mapped;
mod notes;
mod right_programs;
mod settled;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, RwLock, mpsc};
use std::thread;
use std::time::Duration;

use interleave::engine::{Deadlines, Exploration, Finding};
use trace::{Failure, FailureKind, timeline};

const BUDGET: u32 = 1_000;

fn finding(body: impl Fn() + Send + Sync + 'static) -> Finding {
    let manifest_dir = env!("CARGO_MANIFEST_DIR");
    Exploration::new(manifest_dir).schedules(BUDGET).run(body)
}

fn explore(body: impl Fn() + Send + Sync + 'static) -> Result<(), Box<Failure>> {
    finding(body).failure.map_or(Ok(()), Err)
}

fn abba() {
    let a = Arc::new(Mutex::new(1));
    let b = Arc::new(Mutex::new(2));
    let (a2, b2) = (a.clone(), b.clone());
    let other = thread::spawn(move || {
        let b = b2.lock().unwrap();
        let a = a2.lock().unwrap();
        *a + *b
    });
    let first = a.lock().unwrap();
    let sum = *first + *b.lock().unwrap();
    drop(first);
    assert_eq!(other.join().unwrap(), sum);
}

#[test]
fn an_abba_deadlock_is_found_and_drawn() {
    let failure = explore(abba).expect_err("the two orders meet in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    for part in ["main holds `a` and waits for `b`", "thread 1 holds `b` and waits for `a`", "main.rs:"] {
        assert!(picture.contains(part), "{part} is missing in\n{picture}");
    }
}

#[test]
fn the_same_seed_finds_the_same_schedule_and_its_choices_find_it_again() {
    let (first, second) = (explore(abba).expect_err("found"), explore(abba).expect_err("found"));
    assert_eq!(first, second);
    let choices = first.trace.expect("it was drawn").choices;
    let replay = Exploration::new(".").replay(choices);
    assert_eq!(replay.run(abba).failure.expect("the same again").kind, FailureKind::Deadlock);
}

/// Tries every alternative at every choice, as a user does step by step: runs all schedules that differ from the
/// simplest one in at most `most` choices. Returns how many there are, and how many fail.
fn go_every_way(body: fn(), most: usize) -> (usize, usize) {
    let (mut ways, mut failed) = (0, 0);
    let mut open = vec![(Vec::new(), 0)];
    while let Some((choices, left)) = open.pop() {
        let from = choices.len();
        let replay = Exploration::new(".").replay(choices);
        let finding = replay.run(body);
        ways += 1;
        failed += usize::from(finding.failure.is_some());
        let trace = finding.trace.or(finding.failure.and_then(|failure| failure.trace)).expect("a replay is recorded");
        if left == most {
            continue;
        }
        for (at, point) in trace.points.iter().enumerate().skip(from) {
            for other in point.candidates.iter().filter(|other| **other != trace.choices[at]) {
                let mut choices = trace.choices[..at].to_vec();
                choices.push(*other);
                open.push((choices, left + 1));
            }
        }
    }
    (ways, failed)
}

#[test]
fn manual_choices_reach_the_deadlock_and_a_correct_program_has_none() {
    fn right() {
        let pair = Pair::default();
        thread::scope(|scope| {
            scope.spawn(|| drop((pair.left.lock().unwrap(), pair.right.lock().unwrap())));
            drop((pair.left.lock().unwrap(), pair.right.lock().unwrap()));
        });
    }
    let (ways, failed) = go_every_way(abba, 1);
    assert!(failed > 0, "one other choice leads to the deadlock, among {ways}");
    let (ways, failed) = go_every_way(right, 6);
    assert!(ways > 25, "only {ways} ways");
    assert_eq!(failed, 0, "of {ways} ways");
}

#[derive(Default)]
struct Pair {
    left: Mutex<u32>,
    right: Mutex<u32>,
}

#[test]
fn locks_are_named_after_fields_however_they_were_created() {
    let failure = explore(|| {
        let pair = Pair::default();
        thread::scope(|scope| {
            scope.spawn(|| *pair.left.lock().unwrap() += *pair.right.lock().unwrap());
            *pair.right.lock().unwrap() += *pair.left.lock().unwrap();
        });
    });
    let picture = timeline::draw(&failure.expect_err("the two orders meet"), 100);
    assert!(picture.contains("`left`") && picture.contains("`right`"), "{picture}");

    let failure = explore(|| {
        let slots: Vec<Mutex<u32>> = (0..2).map(Mutex::new).collect();
        let (first, second) = (&slots[0], &slots[1]);
        thread::scope(|scope| {
            scope.spawn(|| drop((first.lock().unwrap(), second.lock().unwrap())));
            drop((second.lock().unwrap(), first.lock().unwrap()));
        });
    });
    let picture = timeline::draw(&failure.expect_err("the two orders meet"), 100);
    assert!(picture.contains("`slots #1`") || picture.contains(" #2`"), "{picture}");
}

#[test]
fn a_passing_schedule_can_be_inspected() {
    let replay = Exploration::new(".").replay(Vec::new());
    let finding = replay.run(abba);
    assert!(finding.failure.is_none(), "each task runs as long as it can, so nobody comes in between");
    let trace = finding.trace.expect("a replay is recorded");
    assert_eq!(trace.points.len(), trace.choices.len());
    assert!(trace.steps.len() >= 8, "two tasks took two locks each and gave them back: {:?}", trace.steps);
}

#[test]
fn the_simplest_schedule_is_shown_instead_of_the_first_one_found() {
    for seed in 1..=20 {
        let exploration = Exploration::new(".").seed(seed);
        let trace = exploration.run(abba).failure.expect("found").trace.expect("it was drawn");
        assert_eq!(trace.switches(), 2, "main takes one lock, the thread the other and waits, main waits");
        assert_eq!(trace.points.len(), trace.choices.len());
        for (point, choice) in trace.points.iter().zip(&trace.choices) {
            assert!(point.candidates.contains(choice), "{choice} was chosen, and was not among {point:?}");
        }
    }
}

#[test]
fn an_update_lost_between_two_guards_is_found() {
    let failure = explore(|| {
        let count = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let seen = *count.lock().unwrap();
                    *count.lock().unwrap() = seen + 1;
                });
            }
        });
        assert_eq!(*count.lock().unwrap(), 2, "an update was lost");
    });
    assert!(failure.expect_err("both read 0 in some schedule").message.contains("an update was lost"));
}

#[test]
fn an_update_lost_between_load_and_store_is_found() {
    let failure = explore(|| {
        let count = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| count.store(count.load(Ordering::SeqCst) + 1, Ordering::SeqCst));
            }
        });
        assert_eq!(count.load(Ordering::SeqCst), 2, "an update was lost");
    });
    let picture = timeline::draw(&failure.expect_err("both load 0 in some schedule"), 100);
    assert_eq!(picture.matches("stores 1 in `count`").count(), 2, "{picture}");
}

#[test]
fn acting_on_an_outdated_check_is_found() {
    let failure = explore(|| {
        let cell = RwLock::new(None);
        let computed = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    if cell.read().unwrap().is_none() {
                        computed.fetch_add(1, Ordering::SeqCst);
                        *cell.write().unwrap() = Some(7);
                    }
                });
            }
        });
        assert_eq!(computed.load(Ordering::SeqCst), 1, "computed twice");
    });
    assert!(failure.expect_err("both see nothing in some schedule").message.contains("computed twice"));
}

#[test]
fn reading_twice_with_a_writer_in_between_deadlocks() {
    let failure = explore(|| {
        let lock = RwLock::new(1);
        thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() = 2);
            let first = lock.read().unwrap();
            let second = lock.read().unwrap();
            assert_eq!(*first, *second);
        });
    });
    let failure = failure.expect_err("the writer queues between the two reads in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    assert!(picture.contains("main holds `lock` and waits to read `lock` behind thread 1"), "{picture}");
}

#[test]
fn a_notification_that_comes_too_early_is_found() {
    let failure = explore(|| {
        let ready = Mutex::new(false);
        let changed = Condvar::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                changed.notify_one();
            });
            // The check and the wait are two steps: the guard of the check is dropped in between.
            if !*ready.lock().unwrap() {
                let guard = ready.lock().unwrap();
                drop(changed.wait(guard).unwrap());
            }
        });
    });
    let picture = timeline::draw(&failure.expect_err("the signal falls in between in some schedule"), 100);
    assert!(picture.contains("main waits on `changed`"), "{picture}");
}

#[test]
fn threads_that_join_each_other_deadlock() {
    let failure = explore(|| {
        let (sender, receiver) = mpsc::channel::<thread::JoinHandle<()>>();
        let other = thread::spawn(move || {
            // Its own handle: the thread waits for itself.
            let me = receiver.recv().unwrap();
            me.join().unwrap();
        });
        sender.send(other).unwrap();
        let (_stays_open, never) = mpsc::channel::<()>();
        never.recv().unwrap_err();
    });
    assert_eq!(failure.expect_err("nobody ends").kind, FailureKind::Deadlock);
}

#[test]
fn a_loop_whose_condition_never_changes_is_a_livelock() {
    let failure = explore(|| {
        let flag = AtomicU32::new(0);
        while flag.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
    });
    assert_eq!(failure.expect_err("nobody sets the flag").kind, FailureKind::Livelock);
}

#[test]
fn a_sleep_hides_a_race_unless_deadlines_may_expire_early() {
    fn sleeps_instead_of_joining() {
        let done = Arc::new(AtomicU32::new(0));
        let sets = done.clone();
        thread::spawn(move || sets.store(1, Ordering::SeqCst));
        thread::sleep(Duration::from_secs(60));
        assert_eq!(done.load(Ordering::SeqCst), 1, "a minute was not enough");
    }
    let exploration = Exploration::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(exploration.run(sleeps_instead_of_joining).failure, None, "time moves when nobody can run");
    let early = exploration.deadlines(Deadlines::Early).run(sleeps_instead_of_joining).failure;
    assert!(early.expect("time proves nothing").message.contains("a minute was not enough"));
}

#[test]
fn a_joined_panic_is_a_value_and_does_not_fail_the_test() {
    explore(|| {
        let lock = Arc::new(Mutex::new(1));
        let poisons = lock.clone();
        let result = thread::spawn(move || {
            let _guard = poisons.lock().unwrap();
            panic!("on purpose");
        })
        .join();
        assert_eq!(result.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
        assert!(lock.is_poisoned());
        assert_eq!(*lock.lock().unwrap_or_else(|poison| poison.into_inner()), 1);
    })
    .expect("nothing is wrong");
}

#[test]
fn an_assertion_in_a_thread_is_reported_even_if_the_join_is_unwrapped() {
    let failure = explore(|| {
        thread::spawn(|| assert_eq!(1 + 1, 3, "sums are wrong")).join().unwrap();
    });
    assert!(failure.expect_err("it always fails").message.contains("sums are wrong"));
}

#[test]
fn a_scope_panics_if_one_of_its_threads_did() {
    let failure = explore(|| {
        thread::scope(|scope| {
            scope.spawn(|| panic!("inside"));
        });
    });
    assert_eq!(failure.expect_err("it always fails").message, "inside");
}

#[test]
fn threads_keep_their_given_names() {
    let failure = explore(|| {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.clone();
        let worker = thread::Builder::new().name("worker".into()).spawn(move || {
            let _first = held.lock().unwrap();
            let _second = held.lock().unwrap();
        });
        worker.unwrap().join().unwrap();
    });
    let picture = timeline::draw(&failure.expect_err("it waits for itself"), 100);
    assert!(picture.contains("worker holds `lock` and waits for `lock`, which it holds itself"), "{picture}");
}
