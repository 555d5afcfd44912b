//! The parts of tokio that exercises use behave the same in both modes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{
    MappedMutexGuard, Mutex, MutexGuard, Notify, OwnedMutexGuard, RwLock, RwLockReadGuard, Semaphore, mpsc, oneshot,
};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

#[derive(Debug, Default)]
struct State {
    pair: Mutex<(u32, u32)>,
    names: RwLock<Vec<String>>,
    changed: Notify,
}

async fn both(state: Arc<State>) -> u32 {
    let mut first: MappedMutexGuard<'_, u32> = MutexGuard::map(state.pair.lock().await, |pair| &mut pair.0);
    *first += 1;
    *first
}

#[interleave::test]
async fn locks_and_tasks() {
    let state = Arc::new(State::default());
    let handle: JoinHandle<u32> = tokio::spawn(both(state.clone()));
    let result: Result<u32, JoinError> = handle.await;
    assert_eq!(result.unwrap(), 1);
    let owned: OwnedMutexGuard<u32> = Arc::new(Mutex::new(7)).lock_owned().await;
    assert_eq!(*owned, 7);
    let mut writer = state.names.write().await;
    writer.push("a".into());
    let reader: RwLockReadGuard<'_, Vec<String>> = writer.downgrade();
    assert!(state.names.try_write().is_err());
    assert_eq!(reader.len(), 1);
}

#[interleave::test]
async fn signals_permits_and_channels() {
    let state = Arc::new(State::default());
    let notified = state.changed.notified();
    state.changed.notify_waiters();
    notified.await;
    let permits = Arc::new(Semaphore::new(1));
    let permit = permits.clone().acquire_owned().await.unwrap();
    assert!(permits.try_acquire().is_err());
    drop(permit);
    let (sender, mut receiver) = mpsc::channel(1);
    let (answer, question) = oneshot::channel();
    let mut set = JoinSet::new();
    set.spawn(async move {
        sender.send(1).await.unwrap();
        answer.send(2).unwrap();
    });
    assert_eq!(receiver.recv().await, Some(1));
    assert_eq!(question.await, Ok(2));
    set.join_next().await.unwrap().unwrap();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for value in [1, 2, 3] {
        sender.send(value).unwrap();
    }
    let mut batch = Vec::new();
    assert_eq!((receiver.recv_many(&mut batch, 2).await, batch), (2, vec![1, 2]));
}

#[interleave::test]
async fn time_and_choices() {
    sleep(Duration::from_secs(3600 / 2)).await;
    assert!(timeout(Duration::from_millis(1), std::future::pending::<()>()).await.is_err());
    let chosen = tokio::select! {
        () = std::future::pending() => 1,
        n = async { 2 } => n,
    };
    assert_eq!(chosen, 2);
    assert_eq!(tokio::join!(async { 1 }, async { 2 }), (1, 2));
}

#[interleave::test(flavor = "multi_thread")]
async fn blocking_code_has_its_own_threads() {
    let lock = Arc::new(Mutex::new(1));
    let blocking = lock.clone();
    assert_eq!(tokio::task::spawn_blocking(move || *blocking.blocking_lock()).await.unwrap(), 1);
    tokio::task::yield_now().await;
}

#[interleave::test]
fn a_local_runtime_spawns_futures_that_are_not_send() {
    let runtime = tokio::runtime::LocalRuntime::new().unwrap();
    let shared = std::rc::Rc::new(1);
    let outer = runtime.spawn_local({
        let shared = shared.clone();
        async move { tokio::task::spawn_local(async move { *shared + 1 }).await.unwrap() }
    });
    assert_eq!(runtime.block_on(outer).unwrap(), 2);
}
