//! What exploring lets pass.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Barrier, Condvar, Mutex, mpsc};
use std::thread;

use trace::Coverage;

use super::{explore, finding};

#[test]
fn right_programs_pass_every_schedule() {
    explore(|| {
        let total = Mutex::new(0);
        let gate = Barrier::new(3);
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::scope(|scope| {
            for n in 1..=2 {
                let (sender, gate, total) = (sender.clone(), &gate, &total);
                scope.spawn(move || {
                    *total.lock().unwrap() += n;
                    gate.wait();
                    sender.send(n).unwrap();
                });
            }
            drop(sender);
            gate.wait();
            assert_eq!(*total.lock().unwrap(), 3);
            assert_eq!(receiver.iter().sum::<i32>(), 3);
        });
    })
    .expect("nothing is wrong");
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Would catch: a macro of std's prelude that goes past the scheduler.
#[test]
fn a_thread_local_without_an_import_is_each_threads_own() {
    explore(|| {
        let total = Mutex::new(0);
        let add = |n| {
            assert!(!INSIDE.replace(true), "another thread's value");
            *total.lock().unwrap() += n;
            INSIDE.set(false);
        };
        thread::scope(|scope| {
            scope.spawn(|| add(1));
            add(2);
        });
        assert_eq!(*total.lock().unwrap(), 3);
    })
    .expect("no thread comes in twice");
}

/// Would catch: interleavings that differ in nothing counted twice, or some that differ not run.
#[test]
fn every_interleaving_is_run_once_and_counted() {
    fn proven(body: fn()) -> u32 {
        let explored = finding(body).explored;
        assert_eq!(explored.coverage, Coverage::Proven);
        explored.schedules
    }
    assert_eq!(proven(|| *Mutex::new(1).lock().unwrap() += 1), 1, "without a choice there is one");
    assert_eq!(
        proven(|| {
            let (a, b) = (Mutex::new(1), Mutex::new(1));
            thread::scope(|scope| {
                scope.spawn(|| *a.lock().unwrap() += 1);
                scope.spawn(|| *b.lock().unwrap() += 1);
            });
        }),
        1,
        "threads that share nothing have one, too"
    );
    let two_updates = proven(|| {
        let count = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| count.fetch_add(1, Ordering::SeqCst));
            scope.spawn(|| count.fetch_add(1, Ordering::SeqCst));
        });
    });
    assert_eq!(two_updates, 2, "either comes first");
}

/// Would catch: a long test of one thread that is run a thousand times because it is long.
#[test]
fn a_long_test_without_a_choice_has_one_interleaving() {
    let explored = finding(|| {
        let sum = Mutex::new(0);
        (0..30_000).for_each(|_| *sum.lock().unwrap() += 1);
    })
    .explored;
    assert_eq!((explored.coverage, explored.schedules), (Coverage::Proven, 1));
}

#[test]
fn what_is_too_much_to_prove_is_bounded_and_sampled() {
    let finding = finding(|| {
        let count = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20).for_each(|_| _ = count.fetch_add(1, Ordering::SeqCst)));
            }
        });
    });
    let Coverage::Bounded { departures, schedules } = finding.explored.coverage else {
        panic!("{:?}", finding.explored);
    };
    assert_eq!(departures, 1);
    // One at most for each choice that the plain order has, of three other threads.
    assert!((80..1_000).contains(&schedules) && schedules < finding.explored.schedules, "{:?}", finding.explored);
}

#[test]
fn a_monitor_passes_every_schedule() {
    explore(|| {
        let queue = Mutex::new(Vec::new());
        let filled = Condvar::new();
        thread::scope(|scope| {
            for n in 0..2 {
                let (queue, filled) = (&queue, &filled);
                scope.spawn(move || {
                    queue.lock().unwrap().push(n);
                    filled.notify_one();
                });
            }
            for _ in 0..2 {
                let mut items = filled.wait_while(queue.lock().unwrap(), |items| items.is_empty()).unwrap();
                items.pop().unwrap();
            }
        });
    })
    .expect("nothing is wrong");
}

/// Would catch: a guard that the end of a schedule unwinds at its release, and that the next one still finds.
#[test]
fn a_static_lock_is_free_in_each_schedule_although_a_thread_was_inside_at_the_end() {
    explore(|| {
        static LOCK: Mutex<u32> = Mutex::new(0);
        static CALL: std::sync::Once = std::sync::Once::new();
        for _ in 0..2 {
            thread::spawn(|| {
                CALL.call_once(|| ());
                drop(LOCK.lock().unwrap());
            });
        }
        CALL.call_once(|| ());
        drop(LOCK.lock());
    })
    .expect("nothing is wrong");
}
