//! How tasks and the threads of a runtime affect each other. Each function runs the program with its bug, or `fixed`.

use std::sync::Arc;
use std::time::Duration;

use drop_in_std::sync::Mutex;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::{Fails, Program, on_tokio, programs};

programs! {
    guard_is_held_across_an_await = Program::new(
        "std guard held across an await, one worker",
        Fails::Deadlock,
        || on_tokio(hold(false)),
        || on_tokio(hold(true)),
    );
    blocking_pool_of_one = Program::new(
        "spawn_blocking inside spawn_blocking, a pool of one",
        Fails::Deadlock,
        || nest(1),
        || nest(2),
    );
    answer_after_the_timeout = Program::new(
        "answer sent after the timeout",
        Fails::Saying("sent, and thrown away"),
        || on_tokio(time_out(false)),
        || on_tokio(time_out(true)),
    ).with_early_deadlines();
}

async fn hold(fixed: bool) {
    let count = Arc::new(Mutex::new(0));
    let other = Arc::clone(&count);
    let mut guard = count.lock().unwrap();
    *guard += 1;
    let task = tokio::spawn(async move { *other.lock().unwrap() += 1 });
    if fixed {
        drop(guard);
        yield_now().await;
    } else {
        yield_now().await;
        drop(guard);
    }
    task.await.unwrap();
}

fn nest(most_blocking: usize) {
    let runtime = Builder::new_multi_thread().worker_threads(1).max_blocking_threads(most_blocking).build().unwrap();
    let handle = runtime.handle().clone();
    let outer = runtime.spawn_blocking(move || handle.block_on(handle.spawn_blocking(|| 1)).unwrap());
    assert_eq!(runtime.block_on(outer).unwrap(), 1);
}

/// A caller that waits for an answer with a timeout, and then leaves.
async fn time_out(fixed: bool) {
    let (answer, mut answered) = oneshot::channel();
    let task = tokio::spawn(async move { answer.send(1).is_ok() });
    let mut received = timeout(Duration::from_millis(10), &mut answered).await.is_ok();
    if fixed && !received {
        answered.close();
        received = answered.try_recv().is_ok();
    }
    drop(answered);
    assert_eq!(task.await.unwrap(), received, "sent, and thrown away");
}
