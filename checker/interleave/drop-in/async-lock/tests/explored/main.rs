//! Exploring async-lock's locks: which bugs it finds, and which programs pass.
#![cfg(feature = "explore")]

#[path = "../../../exploring.rs"]
#[macro_use]
mod exploring;
mod cancellation;
mod fairness;
mod points;
mod rules;
mod soundness;

use async_lock::{Mutex, RwLock};
use exploring::{both, explore, poll_once};
use trace::{FailureKind, timeline};

#[test]
fn an_abba_deadlock_is_found_and_drawn() {
    let failure = explore(|| {
        let left = Mutex::new(1);
        let right = Mutex::new(2);
        both(
            || {
                let right = right.lock_blocking();
                drop((left.lock_blocking(), right));
            },
            || {
                let left = left.lock_blocking();
                drop((right.lock_blocking(), left));
            },
        );
    });
    let failure = failure.expect_err("the two orders meet in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    assert!(picture.contains("main holds `left` and waits for `right`"), "{picture}");
}

finds_with_a_mutex!(Mutex, lock_blocking);

#[test]
fn reading_twice_with_a_writer_in_between_deadlocks() {
    let failure = explore(|| {
        let lock = RwLock::new(1);
        both(
            || *lock.write_blocking() = 2,
            || {
                let first = lock.read_blocking();
                let second = lock.read_blocking();
                assert_eq!(*first, *second);
            },
        );
    });
    assert_eq!(failure.expect_err("the writer queues in between in some schedule").kind, FailureKind::Deadlock);
}

#[test]
fn correct_programs_pass_every_schedule() {
    explore(|| {
        let (count, cell) = (Mutex::new(0), RwLock::new(0));
        let add = || {
            *count.lock_blocking() += 1;
            *cell.write_blocking() += 1;
        };
        both(add, add);
        assert_eq!((*count.lock_blocking(), *cell.read_blocking()), (2, 2));
    })
    .expect("nothing is wrong");
}
