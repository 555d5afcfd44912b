//! Tasks of the executor, and blocking jobs.

use async_std::channel;
use async_std::task::{self, spawn, spawn_blocking, yield_now};
use interleave::engine::Exploration;
use interleave::model::thread;
use trace::FailureKind;

use crate::mistakes::explore;

#[test]
fn dropping_the_handle_lets_the_task_run_on() {
    explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        drop(spawn(async move { sender.send(7).await.unwrap() }));
        assert_eq!(receiver.recv().await, Ok(7));
        let (sender, receiver) = channel::bounded(1);
        drop(spawn_blocking(move || task::block_on(sender.send(8)).unwrap()));
        assert_eq!(receiver.recv().await, Ok(8));
    })
    .expect("nothing is wrong");
}

#[test]
fn cancelling_waits_until_the_future_is_dropped() {
    explore(|| async {
        let (sender, receiver) = channel::bounded::<()>(1);
        let task = spawn(async move {
            let _sender = sender;
            std::future::pending::<()>().await;
        });
        assert_eq!(task.cancel().await, None);
        assert_eq!(receiver.try_recv(), Err(channel::TryRecvError::Closed), "the future is still there");
    })
    .expect("nothing is wrong");
}

#[test]
fn a_panic_is_passed_to_the_code_that_awaits_the_task() {
    let failure = explore(|| async { spawn(async { panic!("the task failed") }).await });
    let failure = failure.expect_err("awaiting passes the panic on");
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "the task failed"));
    let failure = explore(|| async { spawn_blocking(|| panic!("the job failed")).await });
    assert_eq!(failure.expect_err("awaiting passes the panic on").message, "the job failed");
    explore(|| async {
        drop(spawn(async { panic!("nobody hears this") }));
        assert_eq!(spawn(async { 7 }).await, 7, "the worker goes on");
    })
    .expect("a panic of a task harms nobody who does not await it");
}

#[test]
fn a_task_that_blocks_the_only_worker_deadlocks() {
    let failure = explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        let blocks = spawn(async move { task::block_on(receiver.recv()) });
        spawn(async move { sender.send(7).await.unwrap() }).await;
        assert_eq!(blocks.await, Ok(7));
    });
    assert_eq!(failure.expect_err("in some schedule there is one worker").kind, FailureKind::Deadlock);
}

#[test]
fn a_blocking_job_and_the_test_occupy_no_worker() {
    explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        let job = spawn_blocking(move || task::block_on(receiver.recv()));
        spawn(async move { sender.send(7).await.unwrap() }).await;
        assert_eq!(job.await, Ok(7));
        assert_eq!(task::block_on(spawn(async { 8 })), 8);
    })
    .expect("nothing is wrong");
}

#[test]
fn tasks_can_be_spawned_from_a_thread_test() {
    let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).run(|| {
        let other = thread::spawn(None, std::panic::Location::caller(), || task::block_on(spawn(async { 1 })));
        let sum = task::block_on(async { spawn(async { 2 }).await }) + other.join().unwrap();
        assert_eq!(sum, 3);
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
}

#[test]
fn tasks_have_their_own_names_and_numbers() {
    explore(|| async {
        let main = task::current().id();
        let named = task::Builder::new().name("courier".to_owned());
        let handle = named
            .spawn(async {
                yield_now().await;
                (task::current().id(), task::current().name().map(str::to_owned))
            })
            .unwrap();
        let id = handle.task().id();
        assert_ne!(main, id);
        assert_eq!(main.to_string(), "1", "numbers begin anew with each schedule");
        assert_eq!(handle.await, (id, Some("courier".to_owned())));
        assert_eq!(task::current().id(), main);
    })
    .expect("nothing is wrong");
}
