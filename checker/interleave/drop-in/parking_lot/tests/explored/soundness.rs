//! A lock never has two conflicting guards, however it is shared.

use std::sync::Arc;

use parking_lot::{Mutex, ReentrantMutex, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard};
use trace::FailureKind;

use super::exploring::{assert_refused, both, explore};

static MUTEX: Mutex<u32> = Mutex::new(0);
static LOCK: RwLock<u32> = RwLock::new(0);

#[test]
fn two_concurrent_tests_do_not_both_lock_a_static_mutex() {
    let hold = |meanwhile: &dyn Fn()| {
        let _guard = MUTEX.lock();
        meanwhile();
    };
    assert_refused(hold, || drop(MUTEX.lock()));
    assert_refused(hold, || drop(MUTEX.try_lock()));
    explore(|| drop(MUTEX.lock())).expect("it is free again");
}

#[test]
fn two_concurrent_tests_do_not_both_write_to_a_static_lock() {
    let read = |meanwhile: &dyn Fn()| {
        let _guard = LOCK.read();
        meanwhile();
    };
    let write = |meanwhile: &dyn Fn()| {
        let _guard = LOCK.write();
        meanwhile();
    };
    assert_refused(read, || drop(LOCK.write()));
    assert_refused(write, || drop(LOCK.read()));
    assert_refused(write, || drop(LOCK.upgradable_read()));
    assert_refused(read, || drop(RwLockUpgradableReadGuard::upgrade(LOCK.upgradable_read())));
    assert_refused(read, || drop(RwLockUpgradableReadGuard::try_upgrade(LOCK.upgradable_read())));
    explore(|| drop(LOCK.write())).expect("it is free again");
}

#[test]
fn a_guard_of_an_earlier_schedule_still_holds_its_lock() {
    static KEPT: Mutex<u32> = Mutex::new(0);
    explore(|| std::mem::forget(KEPT.lock())).expect("nothing is wrong yet");
    let failure = explore(|| drop(KEPT.lock())).expect_err("there would be two guards");
    assert_eq!(failure.kind, FailureKind::Unsupported, "{}", failure.message);
}

#[test]
fn an_arc_guard_keeps_its_lock_alive() {
    explore(|| {
        let mutex = Arc::new(Mutex::new(1));
        let guard = mutex.lock_arc();
        let mutex = Arc::try_unwrap(mutex).expect_err("the guard refers to it");
        drop(guard);
        assert_eq!(Arc::try_unwrap(mutex).map(Mutex::into_inner).ok(), Some(1));
        let lock = Arc::new(RwLock::new(1));
        let guard = lock.read_arc();
        let lock = Arc::try_unwrap(lock).expect_err("the guard refers to it");
        drop(guard);
        assert_eq!(Arc::try_unwrap(lock).map(RwLock::into_inner).ok(), Some(1));
    })
    .expect("nothing is wrong");
}

#[test]
fn a_reentrant_mutex_belongs_to_an_explored_thread() {
    explore(|| {
        let mutex = ReentrantMutex::new(1);
        let first = mutex.lock();
        let second = mutex.lock();
        both(|| assert!(mutex.try_lock().is_none(), "all threads of a schedule are one OS thread"), || ());
        drop(first);
        both(|| assert!(mutex.try_lock().is_none()), || ());
        drop(second);
        both(|| assert!(mutex.try_lock().is_some()), || ());
    })
    .expect("nothing is wrong");
}

#[test]
fn locks_hold_unsized_values_and_are_created_in_constants() {
    explore(|| {
        let mutex: Arc<Mutex<[u32]>> = Arc::new(Mutex::new([1, 2]));
        mutex.lock()[0] = 3;
        assert_eq!(*mutex.lock_arc(), [3, 2]);
        let lock = const { RwLock::new(1) };
        assert_eq!(*RwLockReadGuard::map(lock.read(), |value| value), 1);
    })
    .expect("nothing is wrong");
}
