//! Values that are sent through channels, left in them, and dropped with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use interleave::model::time::current_time;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::mpsc::error::{SendTimeoutError, TrySendError};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot, watch};

use super::{can_happen, deadlocks, passes, spawn};

/// A value whose `clone` and destructor let other threads run, and that counts its live clones.
#[derive(Debug)]
struct Noisy(Arc<(Semaphore, AtomicUsize)>);

impl Noisy {
    fn new(count: &Arc<(Semaphore, AtomicUsize)>) -> Self {
        count.1.fetch_add(1, SeqCst);
        Noisy(count.clone())
    }
}

impl Clone for Noisy {
    fn clone(&self) -> Self {
        self.0.0.available_permits();
        Noisy::new(&self.0)
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        self.0.0.available_permits();
        self.0.1.fetch_sub(1, SeqCst);
    }
}

fn counter() -> Arc<(Semaphore, AtomicUsize)> {
    Arc::new((Semaphore::new(1), AtomicUsize::new(0)))
}

#[test]
fn others_see_the_capacity_taken_before_the_value_arrives() {
    can_happen("in between", || async {
        let (sender, receiver) = mpsc::channel(1);
        let other = spawn(async move { sender.send(1).await });
        let (is_full, is_empty) = (receiver.capacity() == 0, receiver.is_empty());
        assert!(!(is_full && is_empty), "in between");
        drop(receiver);
        drop(other.join());
    });
}

#[test]
fn a_dropped_permit_frees_capacity() {
    passes(|| async {
        let (sender, mut receiver) = mpsc::channel(1);
        let permit = sender.reserve().await.unwrap();
        assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
        let sender2 = sender.clone();
        let other = spawn(async move { sender2.send(2).await.unwrap() });
        drop(permit);
        assert_eq!(receiver.recv().await, Some(2));
        other.join().unwrap();
        let owned = sender.reserve_owned().await.unwrap();
        assert_eq!(receiver.sender_strong_count(), 1);
        let sender = owned.release();
        drop(sender.try_reserve_owned().unwrap());
        assert_eq!(receiver.recv().await, None, "the permit's sender was the last one");
    });
}

#[test]
fn permits_of_an_iterator_send_or_are_released() {
    passes(|| async {
        let (sender, mut receiver) = mpsc::channel(3);
        let mut permits = sender.reserve_many(3).await.unwrap();
        permits.next().unwrap().send(1);
        assert_eq!((permits.len(), sender.capacity()), (2, 0));
        drop(permits);
        assert_eq!((sender.capacity(), receiver.try_recv()), (2, Ok(1)));
    });
}

#[test]
fn a_full_channel_without_a_reader_deadlocks() {
    deadlocks(|| async {
        let (sender, _receiver) = mpsc::channel(1);
        sender.send(1).await.unwrap();
        sender.send(2).await.unwrap();
    });
}

#[test]
fn a_send_that_waits_too_long_returns_the_value() {
    passes(|| async {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let (sender, mut receiver) = mpsc::channel(1);
        let second = Duration::from_secs(1);
        assert_eq!(sender.send_timeout(1, second).await, Ok(()));
        assert_eq!(sender.send_timeout(2, second).await, Err(SendTimeoutError::Timeout(2)));
        assert_eq!(current_time(), second);
        receiver.close();
        assert_eq!(receiver.recv().await, Some(1));
        assert_eq!(sender.send_timeout(3, second).await, Err(SendTimeoutError::Closed(3)));
    });
}

#[test]
fn a_receiver_ends_when_the_last_sender_is_gone() {
    passes(|| async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let weak = sender.downgrade();
        let others = [1, 2].map(|n| {
            let sender = sender.clone();
            spawn(async move { sender.send(n).unwrap() })
        });
        drop(sender);
        let mut values = Vec::new();
        while receiver.recv_many(&mut values, 8).await > 0 {}
        values.sort_unstable();
        assert_eq!(values, [1, 2]);
        assert!(weak.upgrade().is_none());
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

#[test]
fn remaining_values_are_dropped_with_the_channel() {
    passes(|| async {
        let count = counter();
        let (bounded, receiver) = mpsc::channel(2);
        bounded.send(Noisy::new(&count)).await.unwrap();
        drop((receiver, bounded));
        let (unbounded, receiver) = mpsc::unbounded_channel();
        unbounded.send(Noisy::new(&count)).unwrap();
        drop((unbounded, receiver));
        let (once, receiver) = oneshot::channel();
        once.send(Noisy::new(&count)).unwrap();
        drop(receiver);
        let (watched, receiver) = watch::channel(Noisy::new(&count));
        drop((watched, receiver));
        assert_eq!(count.1.load(SeqCst), 0);
    });
}

#[test]
fn a_broadcast_value_is_dropped_by_its_last_receiver() {
    passes(|| async {
        let count = counter();
        let (sender, mut first) = broadcast::channel(2);
        let mut second = sender.subscribe();
        assert_eq!(sender.send(Noisy::new(&count)).unwrap(), 2);
        drop(first.recv().await.unwrap());
        assert_eq!(count.1.load(SeqCst), 1, "one receiver is to come");
        drop(second.recv().await.unwrap());
        assert_eq!(count.1.load(SeqCst), 0);
        sender.send(Noisy::new(&count)).unwrap();
        drop(first);
        assert_eq!(count.1.load(SeqCst), 1);
        drop(second);
        assert_eq!(count.1.load(SeqCst), 0);
        let value = Noisy::new(&count);
        drop(sender.send(value).expect_err("nobody receives it").0);
        assert_eq!(count.1.load(SeqCst), 0);
    });
}

#[test]
fn a_slow_broadcast_receiver_misses_values() {
    passes(|| async {
        let count = counter();
        let (sender, mut receiver) = broadcast::channel(2);
        for _ in 0..3 {
            sender.send(Noisy::new(&count)).unwrap();
        }
        assert_eq!(count.1.load(SeqCst), 2, "the oldest value was overwritten");
        assert_eq!(receiver.recv().await.map(drop), Err(RecvError::Lagged(1)));
        assert_eq!(receiver.len(), 2);
        drop((receiver.recv().await.unwrap(), receiver.recv().await.unwrap()));
        assert_eq!(receiver.try_recv().map(drop), Err(TryRecvError::Empty));
        drop(sender);
        assert_eq!(receiver.recv().await.map(drop), Err(RecvError::Closed));
    });
}

#[test]
fn clones_and_destructors_of_broadcast_values_may_let_others_run() {
    passes(|| async {
        let count = counter();
        let (sender, mut receiver) = broadcast::channel(1);
        let mut receiver2 = sender.subscribe();
        let other = spawn(async move { while !matches!(receiver2.recv().await, Err(RecvError::Closed)) {} });
        for _ in 0..2 {
            sender.send(Noisy::new(&count)).unwrap();
            drop(receiver.recv().await);
        }
        drop(sender);
        other.join().unwrap();
        drop(receiver);
        assert_eq!(count.1.load(SeqCst), 0);
    });
}

#[test]
fn a_broadcast_sender_learns_that_there_is_no_receiver() {
    passes(|| async {
        let (sender, receiver) = broadcast::channel::<i32>(1);
        let other = spawn(async move { drop(receiver) });
        sender.closed().await;
        assert!(sender.send(1).is_err());
        other.join().unwrap();
    });
}

#[test]
fn a_oneshot_value_arrives_or_comes_back() {
    passes(|| async {
        let (sender, receiver) = oneshot::channel();
        let other = spawn(async move { sender.send(1) });
        assert_eq!(receiver.await, Ok(1));
        assert_eq!(other.join().unwrap(), Ok(()));
        let (mut sender, mut receiver) = oneshot::channel::<i32>();
        let other = spawn(async move {
            receiver.close();
            assert!(receiver.is_empty() && !receiver.is_terminated());
        });
        sender.closed().await;
        assert_eq!(sender.send(1), Err(1));
        other.join().unwrap();
        let (sender, receiver) = oneshot::channel::<i32>();
        let other = spawn(async move { drop(sender) });
        assert!(receiver.blocking_recv().is_err());
        other.join().unwrap();
    });
}
