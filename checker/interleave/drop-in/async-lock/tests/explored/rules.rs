//! The guarantees of the locks besides mutual exclusion.

use async_lock::{Barrier, OnceCell, RwLock, Semaphore};
use interleave::model::scope;
use trace::FailureKind;

use super::exploring::{both, explore};

upgradable_rules!(read_blocking, write_blocking, upgradable_read_blocking);

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
