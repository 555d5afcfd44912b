//! The guarantees of the locks besides mutual exclusion.

use async_lock::{Barrier, OnceCell, RwLock, Semaphore};
use interleave::model::scope;
use trace::FailureKind;

use super::exploring::{both, explore, sleep_until};

#[test]
fn a_writer_that_waits_for_an_upgradable_guard_keeps_no_reader_out() {
    explore(|| {
        let lock = RwLock::new(1);
        both(
            || *lock.write_blocking() = 2,
            || {
                let upgradable = lock.upgradable_read_blocking();
                let plain = lock.read_blocking();
                assert_eq!(*upgradable, *plain);
            },
        );
    })
    .expect("the real lock lets the reader in, too");
}

#[test]
fn a_writer_that_waits_only_for_readers_keeps_readers_out() {
    explore(|| {
        let lock = RwLock::new(1);
        let first = lock.read_blocking();
        both(
            || *lock.write_blocking() = 2,
            || {
                sleep_until(1);
                assert!(lock.try_read().is_none() && lock.try_upgradable_read().is_none());
                drop(first);
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn all_readers_enter_after_a_writer() {
    explore(|| {
        let lock = RwLock::new(());
        let guard = lock.write_blocking();
        let together = Barrier::new(3);
        scope::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let _guard = lock.read_blocking();
                    together.wait_blocking();
                });
            }
            drop(guard);
        });
    })
    .expect("each reader wakes the next");
}

#[test]
fn a_barrier_has_one_leader_in_each_round() {
    explore(|| {
        let barrier = Barrier::new(2);
        let leaders = async_lock::Mutex::new(0);
        let go = || {
            for _ in 0..2 {
                *leaders.lock_blocking() += i32::from(barrier.wait_blocking().is_leader());
            }
        };
        both(go, go);
        assert_eq!(*leaders.lock_blocking(), 2);
    })
    .expect("nothing is wrong");
}

#[test]
fn a_cell_is_initialized_once() {
    explore(|| {
        let cell = OnceCell::new();
        let calls = async_lock::Mutex::new(0);
        let make = || {
            cell.get_or_init_blocking(|| *calls.lock_blocking() += 1);
        };
        both(make, make);
        cell.wait_blocking();
        assert_eq!(*calls.lock_blocking(), 1);
    })
    .expect("nothing is wrong");
}

#[test]
fn a_forgotten_permit_is_not_returned() {
    let failure = explore(|| {
        let permits = Semaphore::new(1);
        permits.acquire_blocking().forget();
        drop(permits.acquire_blocking());
    });
    assert_eq!(failure.expect_err("nobody gives it back").kind, FailureKind::Deadlock);
}
