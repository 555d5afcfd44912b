//! The parts of async-std that exercises use behave the same in both modes.

use std::sync::Arc;
use std::time::Duration;

use async_std::channel;
use async_std::future::timeout;
use async_std::prelude::*;
use async_std::sync::{Mutex, RwLock};
use async_std::task::{self, JoinHandle};

#[interleave::test(runtime = "async-std")]
async fn locks_and_tasks() {
    let count = Arc::new(Mutex::new(0));
    let inner = count.clone();
    let handle: JoinHandle<u32> = task::spawn(async move {
        *inner.lock().await += 1;
        *inner.lock().await
    });
    assert_eq!(handle.await, 1);
    let lock = RwLock::new(1);
    *lock.write().await += 1;
    assert_eq!(*lock.read().await, 2);
    task::sleep(Duration::from_millis(1)).await;
    task::yield_now().await;
    assert!(timeout(Duration::from_millis(1), std::future::pending::<()>()).await.is_err());
    assert_eq!(task::spawn_blocking(|| 2).await, 2);
}

#[interleave::test(runtime = "async-std")]
async fn channels_are_streams() {
    let (sender, mut receiver) = channel::unbounded();
    sender.send(1).await.unwrap();
    sender.try_send(2).unwrap();
    assert_eq!(receiver.next().await, Some(1));
    drop(sender);
    assert_eq!(receiver.recv().await, Ok(2));
    assert_eq!(receiver.next().await, None);
}

task_local! {
    static NUMBER: u32 = 7;
}

#[interleave::test(runtime = "async-std")]
async fn named_and_local() {
    let named: JoinHandle<(Option<String>, u32)> = task::Builder::new()
        .name("courier".to_owned())
        .spawn(async { (task::current().name().map(str::to_owned), NUMBER.with(|number| *number)) })
        .unwrap();
    assert_eq!(named.task().name(), Some("courier"));
    assert_eq!(named.await, (Some("courier".to_owned()), 7));
    assert!(task::try_current().is_some());
    let cancelled: Option<()> = task::spawn(std::future::pending()).cancel().await;
    assert_eq!(cancelled, None);
    let late = async_std::io::timeout(Duration::from_millis(1), std::future::pending::<async_std::io::Result<()>>());
    assert_eq!(late.await.unwrap_err().kind(), async_std::io::ErrorKind::TimedOut);
}
