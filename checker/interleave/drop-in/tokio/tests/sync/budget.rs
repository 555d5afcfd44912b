//! Which operations count towards the budget of a task, as they do in tokio.

use std::sync::Arc;

use interleave::engine::threads::block_on;
use interleave::model::coop;
use tokio::sync::{Barrier, Mutex, Notify, OnceCell, RwLock, Semaphore, SetOnce, broadcast, mpsc, oneshot, watch};

/// How much of the budget `future` uses.
fn cost<F: Future>(future: F) -> u32 {
    coop::with_budget(Some(10), || {
        let _output = block_on(future);
        10 - coop::left().expect("it is limited")
    })
}

#[test]
fn each_operation_costs_what_it_costs_in_tokio() {
    super::passes(|| async {
        let (sender, mut receiver) = mpsc::channel(2);
        assert_eq!(cost(Mutex::new(1).lock()), 1);
        assert_eq!(cost(RwLock::new(1).read()), 1);
        assert_eq!(cost(RwLock::new(1).write()), 1);
        assert_eq!(cost(Semaphore::new(2).acquire_many(2)), 1);
        assert_eq!(cost(OnceCell::new().get_or_init(async || 1)), 1);
        assert_eq!(cost(sender.send(1)), 1);
        assert_eq!(cost(receiver.recv()), 1);
        assert_eq!(cost(sender.reserve()), 1);
        drop(receiver);
        assert_eq!(cost(sender.closed()), 0);
        let (sender, receiver) = oneshot::channel();
        sender.send(1).unwrap();
        assert_eq!(cost(receiver), 1);
        let (mut sender, receiver) = oneshot::channel::<i32>();
        drop(receiver);
        assert_eq!(cost(sender.closed()), 1);
        let (sender, mut receiver) = watch::channel(1);
        sender.send(2).unwrap();
        assert_eq!(cost(receiver.changed()), 1);
        assert_eq!(cost(receiver.wait_for(|_| true)), 1);
        drop(receiver);
        assert_eq!(cost(sender.closed()), 1);
        let (sender, mut receiver) = broadcast::channel(1);
        sender.send(1).unwrap();
        assert_eq!(cost(receiver.recv()), 1);
        drop(receiver);
        assert_eq!(cost(sender.closed()), 0);
        let notify = Arc::new(Notify::new());
        notify.notify_one();
        assert_eq!(cost(notify.notified()), 0);
        assert_eq!(cost(SetOnce::new_with(Some(1)).wait()), 0);
        assert_eq!(cost(Barrier::new(1).wait()), 0);
    });
}

#[test]
fn a_lock_without_budget_is_pending_and_keeps_its_place() {
    super::passes(|| async {
        let lock = Mutex::new(1);
        let mut attempt = std::pin::pin!(lock.lock());
        let mut poll = |budget| {
            let waker = std::task::Waker::noop();
            coop::with_budget(Some(budget), || attempt.as_mut().poll(&mut std::task::Context::from_waker(waker)))
        };
        assert!(poll(0).is_pending());
        assert!(lock.try_lock().is_err(), "others must not overtake it");
        assert!(poll(1).is_ready());
    });
}
