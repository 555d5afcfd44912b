//! A lock never has two conflicting guards, however it is shared.

use std::sync::Arc;

use async_lock::{Mutex, OnceCell, RwLock, RwLockUpgradableReadGuard, Semaphore};
use trace::FailureKind;

use super::exploring::{assert_refused, explore};

static MUTEX: Mutex<u32> = Mutex::new(0);
static LOCK: RwLock<u32> = RwLock::new(0);

#[test]
fn two_concurrent_tests_do_not_both_have_a_guard_of_a_static_lock() {
    let lock = |meanwhile: &dyn Fn()| {
        let _guard = MUTEX.lock_blocking();
        meanwhile();
    };
    let read = |meanwhile: &dyn Fn()| {
        let _guard = LOCK.read_blocking();
        meanwhile();
    };
    let write = |meanwhile: &dyn Fn()| {
        let _guard = LOCK.write_blocking();
        meanwhile();
    };
    assert_refused(lock, || drop(MUTEX.lock_blocking()));
    assert_refused(lock, || drop(MUTEX.try_lock()));
    assert_refused(read, || drop(LOCK.write_blocking()));
    assert_refused(write, || drop(LOCK.read_blocking()));
    assert_refused(read, || drop(RwLockUpgradableReadGuard::upgrade_blocking(LOCK.upgradable_read_blocking())));
    explore(|| drop((MUTEX.lock_blocking(), LOCK.write_blocking()))).expect("they are free again");
}

#[test]
fn a_guard_of_an_earlier_schedule_still_holds_its_lock() {
    static KEPT: Mutex<u32> = Mutex::new(0);
    explore(|| std::mem::forget(KEPT.lock_blocking())).expect("nothing is wrong yet");
    let failure = explore(|| drop(KEPT.lock_blocking())).expect_err("there would be two guards");
    assert_eq!(failure.kind, FailureKind::Unsupported);
}

#[test]
fn an_arc_guard_keeps_its_lock_alive() {
    explore(|| {
        let mutex = Arc::new(Mutex::new(1));
        let guard = mutex.lock_arc_blocking();
        let mutex = Arc::try_unwrap(mutex).expect_err("the guard refers to it");
        drop(guard);
        assert_eq!(Arc::try_unwrap(mutex).map(Mutex::into_inner).ok(), Some(1));
        let lock = Arc::new(RwLock::new(1));
        let guard = lock.read_arc_blocking();
        let lock = Arc::try_unwrap(lock).expect_err("the guard refers to it");
        drop(guard);
        assert_eq!(Arc::try_unwrap(lock).map(RwLock::into_inner).ok(), Some(1));
    })
    .expect("nothing is wrong");
}

#[test]
fn statics_start_anew_in_each_schedule() {
    static PERMITS: Semaphore = Semaphore::new(1);
    static CELL: OnceCell<u32> = OnceCell::new();
    for _ in 0..2 {
        explore(|| {
            PERMITS.try_acquire().expect("it was not taken in this schedule").forget();
            CELL.try_set(1).expect("it was not set in this schedule");
        })
        .expect("nothing is wrong");
    }
}
