//! The parts of smol that exercises use behave the same in both modes.

use std::sync::Arc;
use std::time::Duration;

use smol::lock::{Mutex, MutexGuardArc, RwLock, RwLockUpgradableReadGuard, Semaphore};
use smol::{Executor, LocalExecutor, Task, Timer, channel, future};

#[interleave::test(runtime = "smol")]
async fn locks_and_tasks() {
    let count = Arc::new(Mutex::new(0));
    let inner = count.clone();
    let task: Task<u32> = smol::spawn(async move {
        *inner.lock().await += 1;
        *inner.lock().await
    });
    assert_eq!(task.await, 1);
    let owned: MutexGuardArc<u32> = count.lock_arc().await;
    assert!(count.try_lock().is_none());
    drop(owned);
    let lock = RwLock::new(1);
    let upgradable = lock.upgradable_read().await;
    assert!(lock.try_read().is_some());
    *RwLockUpgradableReadGuard::upgrade(upgradable).await += 1;
    assert_eq!(*lock.read().await, 2);
    let permits = Semaphore::new(1);
    let permit = permits.acquire().await;
    assert!(permits.try_acquire().is_none());
    drop(permit);
}

#[interleave::test(runtime = "smol")]
async fn time_channels_and_executors() {
    Timer::after(Duration::from_millis(1)).await;
    let (sender, receiver) = channel::bounded(1);
    smol::spawn(async move { sender.send(7).await.unwrap() }).detach();
    assert_eq!(receiver.recv().await, Ok(7));
    let value = String::from("borrowed");
    let executor = Executor::new();
    let length = executor.spawn(async { value.len() });
    assert_eq!(executor.run(length).await, 8);
    let local = LocalExecutor::new();
    assert_eq!(local.run(local.spawn(async { 1 })).await, 1);
    future::yield_now().await;
    assert_eq!(smol::unblock(|| 2).await, 2);
    assert_eq!(future::or(async { 1 }, future::pending()).await, 1);
}

#[interleave::test(runtime = "smol")]
async fn handles_streams_and_random_choices() {
    use smol::prelude::*;

    let fallible = smol::spawn(async { 1 }).fallible();
    assert_eq!(fallible.await, Some(1));
    assert_eq!(smol::spawn(std::future::pending::<()>()).cancel().await, None);
    assert_eq!(async { 1 }.race(async { 1 }).await, 1);
    assert!(std::panic::AssertUnwindSafe(async { 1 }).catch_unwind().await.is_ok());
    let mut ticks = Timer::interval(Duration::from_millis(1));
    assert!(ticks.next().await < ticks.next().await);
    assert!(ticks.will_fire() && !Timer::never().will_fire());
    let (sender, receiver) = channel::unbounded();
    sender.try_send(7).unwrap();
    drop(sender);
    smol::pin!(receiver);
    assert_eq!(receiver.next().await, Some(7));
    let executor = Executor::new();
    let mut tasks = Vec::new();
    executor.spawn_many((0..3).map(|n| async move { n }), &mut tasks);
    assert!(executor.try_tick() && !executor.is_empty());
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(executor.run(task).await, n);
    }
    let boxed: future::Boxed<u32> = async { 1 }.boxed();
    assert_eq!(future::zip(boxed, future::yield_now()).await, (1, ()));
}
