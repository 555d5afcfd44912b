//! Tasks of the global executor, and blocking jobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use interleave::engine::Exploration;
use interleave::model::thread;
use smol::future::yield_now;
use smol::{Task, channel, spawn, unblock};
use trace::FailureKind;

use crate::mistakes::explore;

/// Counts how often it is dropped.
struct Counter(Arc<AtomicUsize>);

impl Drop for Counter {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A task that never ends, and a counter of how often its future was dropped.
fn endless() -> (Task<()>, Arc<AtomicUsize>) {
    let drops = Arc::new(AtomicUsize::new(0));
    let counter = Counter(Arc::clone(&drops));
    let task = spawn(async move {
        let _counter = counter;
        std::future::pending::<()>().await;
    });
    (task, drops)
}

#[test]
fn dropping_a_task_cancels_it() {
    explore(|| async {
        let (sender, receiver) = channel::bounded::<()>(1);
        let task = spawn(async move {
            let _sender = sender;
            std::future::pending::<()>().await;
        });
        drop(task);
        assert!(receiver.recv().await.is_err(), "the task dropped its sender");
    })
    .expect("a cancelled task drops its future");
}

#[test]
fn a_task_that_is_dropped_early_never_runs() {
    let failure = explore(|| async {
        let ran = Arc::new(AtomicUsize::new(0));
        let counts = ran.clone();
        drop(spawn(async move { counts.fetch_add(1, SeqCst) }));
        for _ in 0..3 {
            yield_now().await;
        }
        assert_eq!(ran.load(SeqCst), 1, "it never ran");
    });
    assert!(failure.expect_err("it is cancelled first in some schedule").message.contains("it never ran"));
}

#[test]
fn a_detached_task_runs_on() {
    explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        spawn(async move { sender.send(7).await.unwrap() }).detach();
        assert_eq!(receiver.recv().await, Ok(7));
    })
    .expect("nothing is wrong");
}

#[test]
fn cancelling_waits_until_the_future_is_dropped() {
    explore(|| async {
        let (task, drops) = endless();
        assert_eq!(task.cancel().await, None);
        assert_eq!(drops.load(SeqCst), 1, "cancel returned before the future was dropped");
    })
    .expect("nothing is wrong");
}

#[test]
fn cancelling_a_task_that_has_ended_returns_its_output() {
    explore(|| async {
        let task = spawn(async { 7 });
        while !task.is_finished() {
            yield_now().await;
        }
        assert_eq!(task.cancel().await, Some(7));
        let failed = spawn(async { 7 }).fallible();
        assert_eq!(failed.await, Some(7));
    })
    .expect("nothing is wrong");
}

/// As in async-task: a cancelled task has no output, even if its last poll still returns one.
#[test]
fn a_task_cancelled_in_its_last_poll_has_no_output() {
    let without_output = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&without_output);
    explore(move || {
        let seen = Arc::clone(&seen);
        async move {
            let progress = Arc::new(AtomicUsize::new(0));
            let own = Arc::clone(&progress);
            let task = spawn(async move {
                own.store(1, SeqCst);
                // A scheduling point within the poll.
                let _ = channel::bounded::<()>(1).0.try_send(());
                own.store(2, SeqCst);
            });
            yield_now().await;
            let is_being_polled = progress.load(SeqCst) == 1;
            let output = task.cancel().await;
            if is_being_polled && progress.load(SeqCst) == 2 && output.is_none() {
                seen.fetch_add(1, SeqCst);
            }
        }
    })
    .expect("nothing is wrong");
    assert!(without_output.load(SeqCst) > 0, "a task that was cancelled in its last poll always kept its output");
}

#[test]
fn a_panic_is_passed_to_the_code_that_awaits_the_task() {
    let failure = explore(|| async { spawn(async { panic!("the task failed") }).await });
    let failure = failure.expect_err("awaiting passes the panic on");
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "the task failed"));
    let failure = explore(|| async { unblock(|| panic!("the job failed")).await });
    assert_eq!(failure.expect_err("awaiting passes the panic on").message, "the job failed");
}

#[test]
fn a_panic_of_a_detached_task_affects_no_other_task() {
    explore(|| async {
        spawn(async { panic!("nobody hears this") }).detach();
        assert_eq!(spawn(async { 7 }).await, 7, "the worker goes on");
    })
    .expect("nothing is wrong");
}

/// As in async-task. The test needs a separate process.
#[test]
fn a_panic_in_a_destructor_of_a_task_aborts_the_process() {
    const CHILD: &str = "SMOL_TEST_ABORTS";

    if std::env::var_os(CHILD).is_some() {
        struct Bomb;

        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("a destructor failed");
            }
        }

        let _ = explore(|| async {
            let task = async {
                let _bomb = Bomb;
                std::future::pending::<()>().await;
            };
            let task = spawn(task);
            yield_now().await;
            task.cancel().await;
        });
        return;
    }
    let own = std::env::current_exe().expect("a test knows its own file");
    let name = "tasks::a_panic_in_a_destructor_of_a_task_aborts_the_process";
    let child = std::process::Command::new(own).args([name, "--exact", "--nocapture"]).env(CHILD, "1").output();
    let child = child.expect("the test starts again");
    let text = String::from_utf8_lossy(&child.stderr);
    assert!(!child.status.success(), "the process went on: {text}");
    for part in ["a destructor failed", "This panic cannot unwind, so it aborts the process."] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn a_task_that_blocks_the_only_worker_deadlocks() {
    let failure = explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        let blocks = spawn(async move { smol::block_on(receiver.recv()) });
        spawn(async move { sender.send(7).await.unwrap() }).await;
        assert_eq!(blocks.await, Ok(7));
    });
    assert_eq!(failure.expect_err("smol has one worker").kind, FailureKind::Deadlock);
}

#[test]
fn a_blocking_job_does_not_occupy_the_worker() {
    explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        let job = unblock(move || smol::block_on(receiver.recv()));
        spawn(async move { sender.send(7).await.unwrap() }).await;
        assert_eq!(job.await, Ok(7));
    })
    .expect("nothing is wrong");
}

/// `smol::block_on` polls only its own future, so blocking the test's thread does not affect the tasks.
#[test]
fn the_test_thread_is_not_a_worker() {
    explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        spawn(async move { sender.send(7).await.unwrap() }).detach();
        assert_eq!(smol::block_on(receiver.recv()), Ok(7));
    })
    .expect("nothing is wrong");
}

#[test]
fn tasks_can_be_spawned_from_a_thread_test() {
    let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).run(|| {
        let other = thread::spawn(None, std::panic::Location::caller(), || smol::block_on(spawn(async { 1 })));
        let task = spawn(async { 2 });
        assert_eq!(smol::block_on(task) + other.join().unwrap(), 3);
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
}

#[test]
fn an_async_test_without_tasks_has_one_schedule_per_executor() {
    let finding =
        Exploration::new(env!("CARGO_MANIFEST_DIR")).run(|| smol::__interleave::block_on(async { yield_now().await }));
    assert!(finding.explored.schedules <= 2, "{} schedules of a test without a choice", finding.explored.schedules);
}
