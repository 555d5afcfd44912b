//! Time limits expire exactly.

use std::sync::Arc;

use interleave::model::scope;
use interleave::model::time::Instant;
use parking_lot::{Condvar, Mutex, RwLock, RwLockUpgradableReadGuard};

use super::exploring::{MS, both, explore, now, sleep_until};

#[test]
fn a_wait_for_a_mutex_ends_at_its_limit() {
    explore(|| {
        let mutex = Mutex::new(());
        both(
            || {
                let guard = mutex.lock();
                sleep_until(10);
                drop(guard);
            },
            || {
                sleep_until(1);
                assert!(mutex.try_lock_for(MS * 2).is_none());
                assert_eq!(now(), MS * 3);
                assert!(mutex.try_lock_until(Instant::current() + MS).is_none());
                assert_eq!(now(), MS * 4);
                assert!(mutex.try_lock_for(MS * 100).is_some());
                assert_eq!(now(), MS * 10);
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn a_wait_for_a_reader_writer_lock_ends_at_its_limit() {
    explore(|| {
        let lock = RwLock::new(());
        both(
            || {
                let guard = lock.write();
                sleep_until(10);
                drop(guard);
            },
            || {
                sleep_until(1);
                assert!(lock.try_read_for(MS).is_none());
                assert_eq!(now(), MS * 2);
                assert!(lock.try_write_for(MS).is_none());
                assert_eq!(now(), MS * 3);
                assert!(lock.try_upgradable_read_for(MS).is_none());
                assert_eq!(now(), MS * 4);
                assert!(lock.try_write_for(MS * 100).is_some());
                assert_eq!(now(), MS * 10);
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn an_upgrade_that_times_out_leaves_the_lock_upgradable() {
    explore(|| {
        let lock = RwLock::new(());
        scope::scope(|scope| {
            scope.spawn(|| {
                let guard = lock.read();
                sleep_until(10);
                drop(guard);
            });
            scope.spawn(|| {
                sleep_until(2);
                assert!(lock.try_read().is_none(), "no reader enters before a waiting upgrade");
                sleep_until(4);
                assert!(lock.try_read().is_some(), "readers enter after it was given up");
                assert!(lock.try_upgradable_read().is_none(), "it is still held upgradably");
            });
            sleep_until(1);
            let upgradable = lock.upgradable_read();
            let Err(upgradable) = RwLockUpgradableReadGuard::try_upgrade_for(upgradable, MS * 2) else {
                panic!("there is a reader");
            };
            assert_eq!(now(), MS * 3);
            sleep_until(5);
            let upgraded = RwLockUpgradableReadGuard::try_upgrade_for(upgradable, MS * 100);
            assert_eq!((upgraded.is_ok(), now()), (true, MS * 10));
        });
    })
    .expect("nothing is wrong");
}

#[test]
fn a_writer_that_times_out_lets_readers_in() {
    explore(|| {
        let lock = RwLock::new(());
        scope::scope(|scope| {
            let _guard = lock.read();
            scope.spawn(|| assert!(lock.try_write_for(MS * 2).is_none()));
            scope.spawn(|| {
                sleep_until(1);
                // It waits, and wakes when the writer gives up.
                assert!(lock.try_read_for(MS * 100).is_some());
                assert_eq!(now(), MS * 2);
            });
            sleep_until(5);
        });
    })
    .expect("nothing is wrong");
}

#[test]
fn a_wait_for_a_condition_ends_at_its_limit() {
    explore(|| {
        let mutex = Arc::new(Mutex::new(()));
        let condvar = Condvar::new();
        both(
            || {
                sleep_until(10);
                drop(mutex.lock());
                assert_eq!(condvar.notify_all(), 1);
            },
            || {
                let mut guard = mutex.lock();
                assert!(condvar.wait_for(&mut guard, MS * 2).timed_out());
                assert_eq!(now(), MS * 2);
                assert!(condvar.wait_until(&mut guard, Instant::current() + MS).timed_out());
                assert_eq!(now(), MS * 3);
                assert!(!condvar.wait_for(&mut guard, MS * 100).timed_out());
                assert_eq!(now(), MS * 10);
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn a_waiter_that_was_notified_in_time_does_not_time_out_at_the_mutex() {
    explore(|| {
        let mutex = Mutex::new(());
        let condvar = Condvar::new();
        both(
            || {
                sleep_until(1);
                let _guard = mutex.lock();
                assert!(condvar.notify_one());
                sleep_until(10);
            },
            || {
                let mut guard = mutex.lock();
                assert!(!condvar.wait_for(&mut guard, MS * 2).timed_out());
                assert_eq!(now(), MS * 10);
            },
        );
    })
    .expect("nothing is wrong");
}
