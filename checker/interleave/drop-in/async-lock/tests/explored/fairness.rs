//! Which waiter or newcomer is next.

use async_lock::{Mutex, Semaphore};
use interleave::model::scope;

use super::exploring::{both, can_be, enter_in_order, explore, sleep_until};

#[test]
fn newcomers_can_overtake_waiters() {
    assert!(can_be(|| {
        let mutex = Mutex::new(());
        let mut overtakes = false;
        let guard = mutex.lock_blocking();
        both(
            || drop(mutex.lock_blocking()),
            || {
                sleep_until(1);
                drop(guard);
                overtakes = mutex.try_lock().is_some();
            },
        );
        overtakes
    }));
    assert!(can_be(|| {
        let permits = Semaphore::new(1);
        let mut overtakes = false;
        let guard = permits.acquire_blocking();
        both(
            || drop(permits.acquire_blocking()),
            || {
                sleep_until(1);
                drop(guard);
                overtakes = permits.try_acquire().is_some();
            },
        );
        overtakes
    }));
}

#[test]
fn waiters_of_a_mutex_lock_it_in_order_of_arrival() {
    explore(|| {
        let order = Mutex::new(Vec::new());
        let guard = order.lock_blocking();
        enter_in_order(|number| order.lock_blocking().push(number), || drop(guard));
        assert_eq!(*order.lock_blocking(), [0, 1, 2]);
    })
    .expect("nothing is wrong");
}

#[test]
fn the_next_permit_goes_to_the_first_waiter() {
    explore(|| {
        let order = Mutex::new(Vec::new());
        let permits = Semaphore::new(0);
        let enter = |number| {
            permits.acquire_blocking().forget();
            order.lock_blocking().push(number);
        };
        enter_in_order(enter, || {
            permits.add_permits(1);
            sleep_until(6);
            assert_eq!(*order.lock_blocking(), [0]);
            permits.add_permits(2);
        });
    })
    .expect("nothing is wrong");
}

#[test]
fn added_permits_wake_as_many_waiters() {
    explore(|| {
        let permits = Semaphore::new(0);
        scope::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| permits.acquire_blocking().forget());
            }
            permits.add_permits(2);
        });
        assert_eq!(permits.available_permits(), 0);
    })
    .expect("nothing is wrong");
}
