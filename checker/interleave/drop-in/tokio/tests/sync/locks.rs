//! Locks and signals: waiting, waking and cancelling.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use tokio::sync::{Barrier, Mutex, Notify, OnceCell, RwLock, Semaphore, SetError, SetOnce};

use super::{can_happen, deadlocks, passes, spawn};

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn an_update_lost_between_two_guards_is_found() {
    can_happen("lost", || async {
        let count = Arc::new(Mutex::new(0));
        let count2 = count.clone();
        let add = async |count: &Mutex<i32>| {
            let seen = *count.lock().await;
            *count.lock().await = seen + 1;
        };
        let other = spawn(async move {
            let seen = *count2.lock().await;
            *count2.lock().await = seen + 1;
        });
        add(&count).await;
        other.join().unwrap();
        assert_eq!(*count.lock().await, 2, "lost");
    });
}

#[test]
fn a_reader_behind_a_waiting_writer_waits() {
    deadlocks(|| async {
        let lock = Arc::new(RwLock::new(0));
        let lock2 = lock.clone();
        let other = spawn(async move { *lock2.write().await += 1 });
        let first = lock.read().await;
        drop((lock.read().await, first));
        other.join().unwrap();
    });
}

#[test]
fn a_cancelled_wait_passes_the_lock_on() {
    passes(|| async {
        let lock = Arc::new(Mutex::new(()));
        let guard = lock.lock().await;
        let lock2 = lock.clone();
        {
            let mut cancelled = Box::pin(lock.lock());
            assert!(poll_once(cancelled.as_mut()).is_pending());
            let other = spawn(async move { drop(lock2.lock().await) });
            // The lock now belongs to the future that is dropped without being polled again.
            drop(guard);
            drop(cancelled);
            other.join().unwrap();
        }
        assert!(lock.try_lock().is_ok());
    });
}

#[test]
fn a_future_that_is_polled_in_a_loop_lets_others_run() {
    passes(|| async {
        let lock = Arc::new(Mutex::new(()));
        let guard = lock.clone().lock_owned().await;
        let opened = Arc::new(Notify::new());
        let opened2 = opened.clone();
        let other = spawn(async move {
            opened2.notify_one();
            drop(guard);
        });
        let mut locked = pin!(lock.lock());
        while poll_once(locked.as_mut()).is_pending() {}
        let mut notified = pin!(opened.notified());
        while poll_once(notified.as_mut()).is_pending() {}
        other.join().unwrap();
    });
}

#[test]
fn a_dropped_future_passes_its_notification_on() {
    passes(|| async {
        let notify = Arc::new(Notify::new());
        let mut first = Box::pin(notify.clone().notified_owned());
        assert!(!first.as_mut().enable());
        let mut second = pin!(notify.notified());
        assert!(!second.as_mut().enable());
        notify.notify_one();
        drop(first);
        second.await;
    });
}

#[test]
fn a_notification_before_the_future_is_created_is_lost() {
    deadlocks(|| async {
        let notify = Arc::new(Notify::new());
        let notify2 = notify.clone();
        let other = spawn(async move { notify2.notify_waiters() });
        notify.notified().await;
        other.join().unwrap();
    });
}

#[test]
fn notify_last_wakes_the_latest_waiter() {
    passes(|| async {
        let notify = Notify::new();
        let (mut first, mut last) = (pin!(notify.notified()), pin!(notify.notified()));
        assert!(!first.as_mut().enable());
        assert!(!last.as_mut().enable());
        notify.notify_last();
        assert!(poll_once(first.as_mut()).is_pending());
        assert!(poll_once(last.as_mut()).is_ready());
    });
}

#[test]
fn a_barrier_opens_for_all_at_once_and_again() {
    passes(|| async {
        let barrier = Arc::new(Barrier::new(3));
        let arrived = Arc::new(AtomicUsize::new(0));
        let rounds = async |barrier: Arc<Barrier>, arrived: Arc<AtomicUsize>| {
            let mut led = 0;
            for round in 1..=2 {
                arrived.fetch_add(1, SeqCst);
                led += usize::from(barrier.wait().await.is_leader());
                assert!(arrived.load(SeqCst) >= 3 * round, "it opened early");
            }
            led
        };
        let others = [1, 2].map(|_| {
            let (barrier, arrived) = (barrier.clone(), arrived.clone());
            spawn(async move {
                let mut led = 0;
                for round in 1..=2 {
                    arrived.fetch_add(1, SeqCst);
                    led += usize::from(barrier.wait().await.is_leader());
                    assert!(arrived.load(SeqCst) >= 3 * round, "it opened early");
                }
                led
            })
        });
        let mut led = rounds(barrier, arrived).await;
        for other in others {
            led += other.join().unwrap();
        }
        assert_eq!(led, 2, "one leader per round");
    });
}

#[test]
fn a_once_cell_is_filled_once() {
    passes(|| async {
        let cell = Arc::new(OnceCell::new());
        let made = Arc::new(AtomicUsize::new(0));
        let (cell2, made2) = (cell.clone(), made.clone());
        let semaphore = Arc::new(Semaphore::new(1));
        let semaphore2 = semaphore.clone();
        let other = spawn(async move {
            *cell2
                .get_or_init(async || {
                    drop(semaphore2.acquire().await);
                    made2.fetch_add(1, SeqCst)
                })
                .await
        });
        let failed = cell.get_or_try_init(async || Err("not this time")).await;
        assert!(failed == Err("not this time") || failed == Ok(&0));
        let value = *cell
            .get_or_init(async || {
                drop(semaphore.acquire().await);
                made.fetch_add(1, SeqCst)
            })
            .await;
        assert_eq!((value, other.join().unwrap(), made.load(SeqCst)), (0, 0, 1));
        assert_eq!(cell.set(7), Err(SetError::AlreadyInitializedError(7)));
    });
}

#[test]
fn a_once_cell_that_is_being_filled_cannot_be_set() {
    passes(|| async {
        let cell = OnceCell::new();
        {
            let mut filling = pin!(cell.get_or_init(std::future::pending));
            assert!(poll_once(filling.as_mut()).is_pending());
            assert_eq!(cell.set(7), Err(SetError::InitializingError(7)));
        }
        assert_eq!(cell.set(7), Ok(()), "the turn was given up");
        assert_eq!(cell.clone().into_inner(), Some(7));
    });
}

#[test]
fn a_set_once_wakes_its_waiters() {
    passes(|| async {
        let cell = Arc::new(SetOnce::new());
        let others = [1, 2].map(|_| {
            let cell = cell.clone();
            spawn(async move { *cell.wait().await })
        });
        cell.set(7).unwrap();
        assert_eq!(others.map(|other| other.join().unwrap()), [7, 7]);
        assert!(cell.set(8).is_err());
    });
}
