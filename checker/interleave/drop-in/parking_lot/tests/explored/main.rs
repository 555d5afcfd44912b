//! Exploring parking_lot's locks: which bugs it finds, and which programs pass.
#![cfg(feature = "explore")]

#[path = "../../../exploring.rs"]
#[macro_use]
mod exploring;
mod fairness;
mod points;
mod rules;
mod soundness;
mod time;

use exploring::{both, explore};
use parking_lot::{Condvar, Mutex, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard};
use trace::{FailureKind, timeline};

#[test]
fn an_abba_deadlock_is_found_and_drawn() {
    let failure = explore(|| {
        let left = Mutex::new(1);
        let right = Mutex::new(2);
        both(
            || {
                let right = right.lock();
                drop((left.lock(), right));
            },
            || {
                let left = left.lock();
                drop((right.lock(), left));
            },
        );
    });
    let failure = failure.expect_err("the two orders meet in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    assert!(picture.contains("main holds `left` and waits for `right`"), "{picture}");
}

finds_with_a_mutex!(Mutex, lock);

#[test]
fn acting_on_an_outdated_check_is_found() {
    let failure = explore(|| {
        let cell = RwLock::new(None);
        let computed = Mutex::new(0);
        let fill = || {
            if cell.read().is_none() {
                *computed.lock() += 1;
                *cell.write() = Some(7);
            }
        };
        both(fill, fill);
        assert_eq!(*computed.lock(), 1, "computed twice");
    });
    assert!(failure.expect_err("both see nothing in some schedule").message.contains("computed twice"));
}

#[test]
fn reading_twice_with_a_writer_in_between_deadlocks() {
    let failure = explore(|| {
        let lock = RwLock::new(1);
        both(
            || *lock.write() = 2,
            || {
                let first = lock.read();
                let second = lock.read();
                assert_eq!(*first, *second);
            },
        );
    });
    assert_eq!(failure.expect_err("the writer queues in between in some schedule").kind, FailureKind::Deadlock);
}

#[test]
fn upgrading_while_holding_a_plain_read_deadlocks() {
    let failure = explore(|| {
        let lock = RwLock::new(1);
        let _plain = lock.read();
        let upgradable = lock.upgradable_read();
        drop(RwLockUpgradableReadGuard::upgrade(upgradable));
    });
    assert_eq!(failure.expect_err("it waits for its own reader").kind, FailureKind::Deadlock);
}

#[test]
fn correct_programs_pass_every_schedule() {
    explore(|| {
        let cell = RwLock::new(None);
        let computed = Mutex::new(0);
        let fill = || {
            let seen = cell.upgradable_read();
            if seen.is_none() {
                *computed.lock() += 1;
                let mut cell = RwLockUpgradableReadGuard::upgrade(seen);
                *cell = Some(7);
                assert_eq!(*RwLockWriteGuard::downgrade(cell), Some(7));
            }
        };
        both(fill, fill);
        assert_eq!(*computed.lock(), 1);
    })
    .expect("nothing is wrong");
}

#[test]
fn a_monitor_passes_every_schedule() {
    explore(|| {
        let ready = Mutex::new(false);
        let changed = Condvar::new();
        both(
            || {
                *ready.lock() = true;
                changed.notify_all();
            },
            || changed.wait_while(&mut ready.lock(), |ready| !*ready),
        );
    })
    .expect("nothing is wrong");
}

/// Would catch: a condition variable that is called `inner`, as a line of lock_api calls it.
#[test]
fn condition_variables_have_the_names_of_the_fields() {
    struct Board {
        text: Mutex<u32>,
        changed: Condvar,
        taken: Condvar,
    }
    let failure = explore(|| {
        let board = Board { text: Mutex::new(0), changed: Condvar::new(), taken: Condvar::new() };
        both(
            || {
                let mut text = board.text.lock();
                while *text == 0 {
                    board.changed.wait(&mut text);
                }
                board.taken.notify_one();
            },
            || {
                // It does not notify `changed`.
                let mut text = board.text.lock();
                *text = 1;
                board.taken.wait(&mut text);
            },
        );
    });
    let picture = timeline::draw(&failure.expect_err("nobody notifies `changed`"), 100);
    assert!(picture.contains("main waits on `taken`; thread 1 waits on `changed`"), "{picture}");
}
