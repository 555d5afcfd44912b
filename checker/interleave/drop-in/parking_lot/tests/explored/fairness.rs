//! Which waiter or newcomer is next.

use interleave::model::scope;
use parking_lot::{
    Condvar, FairMutex, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};

use super::exploring::{MS, both, can_be, enter_in_order, explore, sleep_until};

#[test]
fn a_newcomer_can_overtake_a_waiter_of_a_mutex() {
    assert!(can_be(|| {
        let mutex = Mutex::new(());
        let mut overtakes = false;
        let guard = mutex.lock();
        both(
            || drop(mutex.lock()),
            || {
                sleep_until(1);
                drop(guard);
                overtakes = mutex.try_lock().is_some();
            },
        );
        overtakes
    }));
}

#[test]
fn a_fair_mutex_goes_to_the_waiter() {
    explore(|| {
        let (fair, usual) = (FairMutex::new(()), Mutex::new(()));
        let (fair_guard, usual_guard) = (fair.lock(), usual.lock());
        both(
            || {
                let _guard = fair.lock();
                sleep_until(2);
                let _guard = usual.lock();
                sleep_until(4);
            },
            || {
                sleep_until(1);
                drop(fair_guard);
                assert!(fair.try_lock().is_none(), "a fair mutex was handed over");
                sleep_until(3);
                MutexGuard::unlock_fair(usual_guard);
                assert!(usual.try_lock().is_none(), "so was one that was unlocked in the fair way");
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn a_bump_lets_the_waiter_in() {
    explore(|| {
        let mutex = Mutex::new(0);
        let mut guard = mutex.lock();
        both(
            || *mutex.lock() += 1,
            || {
                sleep_until(1);
                MutexGuard::bump(&mut guard);
                assert_eq!(*guard, 1);
            },
        );
        let lock = RwLock::new(0);
        let mut guard = lock.read();
        both(
            || *lock.write() += 1,
            || {
                sleep_until(2);
                RwLockReadGuard::bump(&mut guard);
                assert_eq!(*guard, 1);
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn waiters_of_a_mutex_lock_it_in_order_of_arrival() {
    explore(|| {
        let mutex = Mutex::new(Vec::new());
        let guard = mutex.lock();
        enter_in_order(|number| mutex.lock().push(number), || drop(guard));
        assert_eq!(*mutex.lock(), [0, 1, 2]);
    })
    .expect("nothing is wrong");
}

#[test]
fn waiters_of_a_condition_lock_the_mutex_in_order_of_arrival() {
    explore(|| {
        let mutex = Mutex::new(Vec::new());
        let condvar = Condvar::new();
        let enter = |number| {
            let mut guard = mutex.lock();
            condvar.wait(&mut guard);
            guard.push(number);
        };
        enter_in_order(enter, || assert_eq!(condvar.notify_all(), 3));
        assert_eq!(*mutex.lock(), [0, 1, 2]);
    })
    .expect("nothing is wrong");
}

#[test]
fn a_fair_unlock_lets_readers_in_up_to_the_next_writer() {
    explore(|| {
        let lock = RwLock::new(0);
        let guard = lock.write();
        scope::scope(|scope| {
            scope.spawn(|| {
                sleep_until(1);
                let _first = lock.read();
                sleep_until(10);
            });
            scope.spawn(|| {
                sleep_until(2);
                *lock.write() += 1;
            });
            scope.spawn(|| {
                sleep_until(3);
                assert_eq!(*lock.read(), 1, "the writer came first");
            });
            sleep_until(5);
            RwLockWriteGuard::unlock_fair(guard);
            assert!(lock.try_read().is_none(), "the writer is next");
            assert!(lock.try_upgradable_read_for(MS).is_none(), "before anybody else");
        });
    })
    .expect("nothing is wrong");
}

#[test]
fn a_fair_unlock_of_an_upgradable_guard_hands_over() {
    explore(|| {
        let lock = RwLock::new(());
        let guard = lock.upgradable_read();
        both(
            || {
                let _guard = lock.upgradable_read();
                sleep_until(5);
            },
            || {
                sleep_until(1);
                RwLockUpgradableReadGuard::unlock_fair(guard);
                assert!(lock.try_upgradable_read().is_none(), "it was handed over");
            },
        );
    })
    .expect("nothing is wrong");
}
