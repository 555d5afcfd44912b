//! What exercises use of async-std, the same in both modes.

use std::sync::Arc;
use std::time::Duration;

use async_std::future::timeout;
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
