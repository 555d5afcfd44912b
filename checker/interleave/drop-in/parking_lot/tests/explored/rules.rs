//! The guarantees of the locks besides mutual exclusion.

use std::sync::Arc;

use interleave::engine::{Exploration, Wakes};
use interleave::model::scope;
use parking_lot::{
    Condvar, Mutex, MutexGuard, Once, OnceState, RecursiveRwLock, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
use trace::FailureKind;

use super::exploring::{MS, both, can_be, explore, sleep_until};

#[test]
fn a_recursive_reader_passes_a_waiting_writer() {
    explore(|| {
        let lock = RecursiveRwLock::new(1);
        both(
            || *lock.write() = 2,
            || {
                let first = lock.read();
                let second = lock.read();
                assert!(lock.try_read().is_some());
                assert_eq!(*first, *second);
            },
        );
    })
    .expect("readers join readers");
}

upgradable_rules!(read, write, upgradable_read);

#[test]
fn one_upgradable_guard_coexists_with_readers() {
    explore(|| {
        let lock = RwLock::new(1);
        let upgradable = lock.upgradable_read();
        assert!(lock.try_upgradable_read().is_none() && lock.try_write().is_none());
        let reader = lock.try_read().expect("readers are let in");
        let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).expect_err("there is a reader");
        drop(reader);
        let writer = RwLockUpgradableReadGuard::try_upgrade(upgradable).expect("the reader has left");
        let upgradable = RwLockWriteGuard::downgrade_to_upgradable(writer);
        let reader = RwLockUpgradableReadGuard::downgrade(upgradable);
        assert!(lock.try_upgradable_read().is_some() && lock.try_write().is_none());
        drop(reader);
        assert!(!lock.is_locked());
    })
    .expect("nothing is wrong");
}

#[test]
fn a_downgrade_lets_waiting_readers_in() {
    explore(|| {
        let lock = RwLock::new(1);
        let writer = lock.write();
        both(
            || {
                let _reader = lock.read();
                sleep_until(3);
            },
            || {
                sleep_until(1);
                let reader = RwLockWriteGuard::downgrade(writer);
                sleep_until(2);
                assert!(!lock.is_locked_exclusive());
                drop(reader);
                assert!(lock.try_write().is_none(), "the other one reads since the downgrade");
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn a_condition_variable_has_no_spurious_wake_ups() {
    let body = || {
        let mutex = Mutex::new(false);
        let condvar = Condvar::new();
        both(
            || {
                let mut ready = mutex.lock();
                if !*ready {
                    condvar.wait(&mut ready);
                }
                assert!(*ready);
            },
            || {
                *mutex.lock() = true;
                condvar.notify_one();
            },
        );
    };
    let found = Exploration::new(".").wakes(Wakes::Spurious).run(body);
    assert!(found.failure.is_none(), "parking_lot promises it: {:?}", found.failure);
}

#[test]
fn a_condition_variable_serves_one_mutex_at_a_time() {
    let failure = explore(|| {
        let (first, second) = (Mutex::new(()), Mutex::new(()));
        let condvar = Condvar::new();
        both(
            || {
                condvar.wait_for(&mut first.lock(), MS * 2);
            },
            || {
                sleep_until(1);
                condvar.wait_for(&mut second.lock(), MS);
            },
        );
    });
    let failure = failure.expect_err("the real one panics, too");
    assert!(failure.message.contains("more than one mutex"), "{}", failure.message);
}

#[test]
fn a_notification_between_the_check_and_the_wait_is_lost_without_the_mutex() {
    let failure = explore(|| {
        let mutex = Mutex::new(false);
        let condvar = Condvar::new();
        both(
            || {
                let ready = *mutex.lock();
                if !ready {
                    condvar.wait(&mut mutex.lock());
                }
            },
            || {
                *mutex.lock() = true;
                condvar.notify_one();
            },
        );
    });
    assert_eq!(failure.expect_err("the notification comes too early").kind, FailureKind::Deadlock);
}

#[test]
fn a_schedule_can_end_while_a_guard_is_restored() {
    let failure = explore(|| {
        let mutex = Arc::new(Mutex::new(()));
        let other = mutex.clone();
        let mut guard = mutex.lock();
        MutexGuard::unlocked(&mut guard, || {
            interleave::model::thread::spawn(None, std::panic::Location::caller(), move || {
                let _guard = other.lock();
                interleave::model::thread::park();
            });
            sleep_until(1);
        });
    });
    assert_eq!(failure.expect_err("nobody unparks it").kind, FailureKind::Deadlock);
    let failure = explore(|| {
        let lock = Arc::new(RwLock::new(()));
        let mut upgradable = lock.upgradable_read();
        let _reader = lock.read();
        upgradable.with_upgraded(|()| ());
    });
    assert_eq!(failure.expect_err("it waits for its own reader").kind, FailureKind::Deadlock);
    let failure = explore(|| Condvar::new().wait(&mut Mutex::new(()).lock()));
    assert_eq!(failure.expect_err("nobody notifies it").kind, FailureKind::Deadlock);
}

#[test]
fn once_calls_one_of_the_functions_and_the_others_wait() {
    explore(|| {
        static ONCE: Once = Once::new();
        assert_eq!(ONCE.state(), OnceState::New, "a static begins anew in each schedule");
        let calls = Mutex::new(0);
        scope::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    ONCE.call_once(|| *calls.lock() += 1);
                    assert_eq!((*calls.lock(), ONCE.state()), (1, OnceState::Done));
                });
            }
            ONCE.wait();
            assert_eq!(*calls.lock(), 1);
        });
    })
    .expect("nothing is wrong");
    assert!(can_be(|| {
        let once = Once::new();
        let mut seen = OnceState::New;
        both(|| once.call_once(interleave::model::thread::yield_now), || seen = once.state());
        seen == OnceState::InProgress
    }));
}

#[test]
fn once_is_poisoned_by_a_panic_and_recovered_by_force() {
    explore(|| {
        let once = Once::new();
        both(
            || {
                let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| once.call_once(|| panic!("no"))));
                assert!(panics.is_err());
                assert!(once.state().is_poisoned());
                once.call_once_force(|state| assert!(state.is_poisoned()));
            },
            || once.wait_force(),
        );
        assert!(once.is_completed());
    })
    .expect("nothing is wrong");
}
