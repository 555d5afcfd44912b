//! Futures that are dropped while they wait.

use std::sync::Arc;

use async_lock::{Barrier, Mutex, OnceCell, RwLock, RwLockUpgradableReadGuard, Semaphore};
use interleave::engine::threads::block_on;

use super::exploring::{both, explore, sleep_until};
use super::poll_once;

#[test]
fn a_dropped_waiter_that_was_woken_passes_the_mutex_on() {
    explore(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock_blocking();
        let mut first = mutex.lock();
        assert!(poll_once(&mut first).is_pending());
        both(
            || drop(mutex.lock_blocking()),
            || {
                sleep_until(1);
                drop(guard);
                drop(first);
            },
        );
    })
    .expect("the other one is woken");
}

#[test]
fn a_waiter_that_is_never_polled_again_blocks_those_behind_it() {
    let failure = explore(|| {
        let mutex = Mutex::new(());
        let guard = mutex.lock_blocking();
        let mut first = mutex.lock();
        assert!(poll_once(&mut first).is_pending());
        both(
            || drop(mutex.lock_blocking()),
            || {
                sleep_until(1);
                drop(guard);
                let _first = first;
                sleep_until(2);
                interleave::model::thread::park();
            },
        );
    });
    assert!(failure.is_err(), "only the first waiter is woken, as in the real package");
}

#[test]
fn a_dropped_writer_lets_readers_in() {
    explore(|| {
        let lock = RwLock::new(());
        let reader = lock.read_blocking();
        let mut writer = lock.write();
        assert!(poll_once(&mut writer).is_pending());
        both(
            || drop(lock.read_blocking()),
            || {
                sleep_until(1);
                assert!(lock.try_read().is_none(), "a writer waits");
                drop(writer);
            },
        );
        assert!(lock.try_read().is_some());
        drop(reader);
    })
    .expect("the reader is woken");
}

#[test]
fn a_dropped_upgrade_releases_the_lock() {
    explore(|| {
        let lock = Arc::new(RwLock::new(()));
        let reader = lock.read_blocking();
        let mut upgrade = RwLockUpgradableReadGuard::upgrade(lock.upgradable_read_blocking());
        assert!(poll_once(&mut upgrade).is_pending());
        both(
            || drop(lock.upgradable_read_blocking()),
            || {
                sleep_until(1);
                assert!(lock.try_read().is_none(), "an upgrade keeps readers out");
                drop(upgrade);
            },
        );
        drop(reader);
        assert!(lock.try_write().is_some());
    })
    .expect("the other one is woken");
}

#[test]
fn a_dropped_waiter_passes_a_permit_on() {
    explore(|| {
        let permits = Arc::new(Semaphore::new(1));
        let guard = permits.acquire_blocking();
        let mut first = permits.acquire();
        assert!(poll_once(&mut first).is_pending());
        both(
            || drop(permits.acquire_arc_blocking()),
            || {
                sleep_until(1);
                drop(guard);
                drop(first);
            },
        );
    })
    .expect("the other one is woken");
}

#[test]
fn an_initializer_that_is_dropped_or_fails_lets_the_next_one_try() {
    explore(|| {
        let cell = OnceCell::new();
        let mut endless = Box::pin(cell.get_or_init(std::future::pending));
        assert!(poll_once(&mut endless).is_pending());
        both(
            || assert_eq!(block_on(cell.get_or_init(async || 7)), &7),
            || {
                assert_eq!(cell.try_set(8), Err(8), "somebody makes it");
                drop(endless);
                assert_eq!(cell.wait_blocking(), &7);
            },
        );
        let cell = OnceCell::new();
        assert_eq!(cell.get_or_try_init_blocking(|| Err("no")), Err("no"));
        assert_eq!(cell.get_or_try_init_blocking(|| Ok::<_, &str>(7)), Ok(&7));
    })
    .expect("the other one makes it");
}

#[test]
fn a_barrier_counts_a_waiter_that_was_dropped() {
    explore(|| {
        let barrier = Barrier::new(2);
        let mut first = barrier.wait();
        assert!(poll_once(&mut first).is_pending());
        drop(first);
        assert!(barrier.wait_blocking().is_leader(), "as the real one does");
    })
    .expect("nothing is wrong");
}
