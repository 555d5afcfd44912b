//! Exploring programs in which `futures` blocks a thread.
#![cfg(feature = "explore")]

#[path = "../../points.rs"]
mod points;

use std::panic::Location;

use futures::StreamExt;
use futures::channel::{mpsc, oneshot};
use futures::executor::{LocalPool, block_on, block_on_stream};
use futures::task::{LocalSpawnExt, Spawn};
use interleave::engine::{Exploration, Finding};
use interleave::model::thread::{self, JoinHandle};
use points::passes_a_point;
use trace::FailureKind;

fn explore(body: impl Fn() + Send + Sync + 'static) -> Finding {
    Exploration::new(env!("CARGO_MANIFEST_DIR")).schedules(200).run(body)
}

fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    thread::spawn(None, Location::caller(), f)
}

#[test]
fn block_on_blocks_only_the_explored_thread() {
    let finding = explore(|| {
        let (sender, receiver) = oneshot::channel();
        let (mut items, stream) = mpsc::channel(10);
        let other = spawn(move || {
            sender.send(7).unwrap();
            items.try_send(1).unwrap();
            items.try_send(2).unwrap();
        });
        assert_eq!(block_on(receiver), Ok(7));
        assert_eq!(block_on_stream(stream).sum::<i32>(), 3);
        other.join().unwrap();
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
    assert!(finding.explored.schedules > 1, "the other thread may be first or second");
}

#[test]
fn a_pool_wakes_up_for_its_tasks() {
    let finding = explore(|| {
        let (sender, receiver) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let other = spawn(move || sender.send(7).unwrap());
        let mut pool = LocalPool::new();
        let task = async move { done.send(receiver.await.unwrap()).unwrap() };
        pool.spawner().spawn_local(task).unwrap();
        assert_eq!(pool.run_until(is_done), Ok(7));
        pool.run();
        other.join().unwrap();
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
}

#[test]
fn blocking_on_a_message_that_is_never_sent_is_a_deadlock() {
    let finding = explore(|| {
        let (_sender, receiver) = oneshot::channel::<()>();
        block_on(receiver).unwrap();
    });
    assert_eq!(finding.failure.expect("nobody sends").kind, FailureKind::Deadlock);
}

/// Each explored thread has its own mark, although all of them share one OS thread.
#[test]
fn nesting_panics_at_the_inner_call_and_other_threads_may_block() {
    let finding = explore(|| {
        let (sender, receiver) = oneshot::channel();
        let other = spawn(move || block_on(async { sender.send(1).unwrap() }));
        block_on(receiver).unwrap();
        other.join().unwrap();
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
    let finding = explore(|| block_on(async { block_on(async {}) }));
    let failure = finding.failure.expect("executors do not nest");
    assert!(failure.message.starts_with("cannot execute `LocalPool` executor from within another executor"));
    let place = failure.place.expect("a panic has a place");
    assert!(failure.kind == FailureKind::Panic && place.file.ends_with("explored.rs"), "{place}");
}

#[test]
fn operations_pass_a_scheduling_point() {
    let finding = explore(|| {
        let mut pool = LocalPool::new();
        let spawner = pool.spawner();
        passes_a_point("spawn_local", || spawner.spawn_local(async {}).unwrap());
        passes_a_point("status", || spawner.status().unwrap());
        passes_a_point("try_run_one", || pool.try_run_one());
        passes_a_point("run_until_stalled", || pool.run_until_stalled());
        passes_a_point("run_until", || pool.run_until(async {}));
        passes_a_point("run", || pool.run());
        passes_a_point("block_on", || block_on(async {}));
        passes_a_point("block_on_stream", || block_on_stream(futures::stream::empty::<()>().boxed()).next());
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
}
