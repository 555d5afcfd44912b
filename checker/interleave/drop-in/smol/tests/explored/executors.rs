//! `Executor` and `LocalExecutor`.

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Mutex as StdMutex};
use std::task::Poll;

use interleave::engine::Exploration;
use interleave::model::thread;
use smol::future::{self, yield_now};
use smol::lock::Mutex;
use smol::{Executor, LocalExecutor, channel};
use trace::{FailureKind, timeline};

use crate::mistakes::explore;

#[test]
fn tasks_may_borrow_and_are_polled_by_run() {
    explore(|| async {
        let text = String::from("borrowed");
        let executor = Executor::new();
        let mut tasks = Vec::new();
        executor.spawn_many((0..3).map(|n| async move { n }), &mut tasks);
        let length = executor.spawn(async { text.len() });
        assert!(!executor.is_empty());
        let sum = executor.run(async {
            let mut sum = length.await;
            for task in tasks {
                sum += task.await;
            }
            sum
        });
        assert_eq!(sum.await, 11);
        assert!(executor.is_empty() && !executor.try_tick());
    })
    .expect("nothing is wrong");
}

#[test]
fn local_tasks_need_not_be_send() {
    explore(|| async {
        let count = Rc::new(Cell::new(0));
        let executor = LocalExecutor::new();
        let counts = Rc::clone(&count);
        let task = executor.spawn(async move {
            yield_now().await;
            counts.set(1);
        });
        executor.tick().await;
        assert_eq!(count.get(), 0);
        executor.run(task).await;
        assert_eq!(count.get(), 1);
    })
    .expect("nothing is wrong");
}

#[test]
fn awaiting_a_task_of_an_executor_that_never_runs_is_a_deadlock() {
    let failure = explore(|| async {
        let executor = Executor::new();
        executor.spawn(async {}).await;
    });
    assert_eq!(failure.expect_err("nobody polls the task").kind, FailureKind::Deadlock);
}

#[test]
fn a_task_of_a_dropped_executor_panics_where_it_was_spawned() {
    let failure = explore(|| async {
        let task = Executor::new().spawn(async { 7 });
        task.await;
    });
    let failure = failure.expect_err("the executor has cancelled the task");
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "Task polled after completion"));
    let place = failure.place.expect("a panic has a place");
    assert!(place.file.ends_with("executors.rs"), "{place}");
}

#[test]
fn dropping_and_cancelling_work_as_for_global_tasks() {
    explore(|| async {
        let executor = Executor::new();
        let (sender, receiver) = channel::bounded::<()>(1);
        drop(executor.spawn(async move {
            let _sender = sender;
            std::future::pending::<()>().await;
        }));
        assert!(executor.run(receiver.recv()).await.is_err(), "a dropped task is cancelled");
        let cancelled = executor.spawn(std::future::pending::<()>());
        assert_eq!(executor.run(cancelled.cancel()).await, None);
        let ended = executor.spawn(async { 7 }).fallible();
        assert_eq!(executor.run(ended).await, Some(7));
        let (sender, receiver) = channel::bounded(1);
        executor.spawn(async move { sender.send(1).await.unwrap() }).detach();
        assert_eq!(executor.run(receiver.recv()).await, Ok(1));
    })
    .expect("nothing is wrong");
}

#[test]
fn a_panic_is_passed_to_the_code_that_awaits_the_task() {
    let failure = explore(|| async {
        let executor = LocalExecutor::new();
        let task = executor.spawn(async { panic!("the task failed") });
        executor.run(task).await
    });
    assert_eq!(failure.expect_err("awaiting passes the panic on").message, "the task failed");
}

#[test]
fn the_picture_names_the_tasks_of_an_executor() {
    let failure = explore(|| async {
        let (left, right) = (Mutex::new(()), Mutex::new(()));
        let executor = LocalExecutor::new();
        let first = executor.spawn(async {
            let held = left.lock().await;
            yield_now().await;
            drop((right.lock().await, held));
        });
        let second = executor.spawn(async {
            let held = right.lock().await;
            yield_now().await;
            drop((left.lock().await, held));
        });
        executor.run(future::zip(first, second)).await;
    });
    let failure = failure.expect_err("each waits for the other's lock");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    for part in ["task 1 holds `left` and waits for `right`", "task 2 holds `right` and waits for `left`"] {
        assert!(picture.contains(part), "{part} is missing in\n{picture}");
    }
}

/// async-task aborts the process if a destructor panics, so the kit's unwinding must not reach async-task.
#[test]
fn a_schedule_may_end_while_executors_have_tasks() {
    /// Has a scheduling point in its destructor.
    struct Sends(channel::Sender<()>);

    impl Drop for Sends {
        fn drop(&mut self) {
            let _ = self.0.try_send(());
        }
    }

    let failure = explore(|| async {
        let executor = Executor::new();
        let (sender, receiver) = channel::bounded(10);
        let task = |n: usize| {
            let sends = Sends(sender.clone());
            let receiver = receiver.clone();
            async move {
                let _sends = sends;
                if n == 0 {
                    smol::block_on(receiver.recv()).unwrap();
                }
                std::future::pending::<()>().await;
            }
        };
        let tasks: Vec<_> = (0..3).rev().map(|n| executor.spawn(task(n))).collect();
        let cancelled = executor.spawn(future::zip(task(1), task(2)));
        drop(cancelled);
        executor.run(std::future::pending::<()>()).await;
        drop(tasks);
    });
    assert_eq!(failure.expect_err("the first task blocks the executor").kind, FailureKind::Deadlock);
}

#[test]
fn an_executor_in_a_static_starts_anew_in_each_schedule() {
    static EXECUTOR: Executor<'static> = Executor::new();

    explore(|| async {
        assert!(EXECUTOR.is_empty(), "a task of an earlier schedule is left");
        EXECUTOR.spawn(std::future::pending::<()>()).detach();
        assert_eq!(EXECUTOR.run(EXECUTOR.spawn(async { 7 })).await, 7);
    })
    .expect("nothing is wrong");
}

/// The real executor picks at random the runner from which an idle one steals. A schedule must still be repeatable.
#[test]
fn an_executor_run_by_several_threads_repeats_with_the_seed() {
    let orders = || {
        let orders = Arc::new(StdMutex::new(Vec::new()));
        let log = Arc::clone(&orders);
        let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).schedules(200).run(move || {
            let executor = Arc::new(Executor::new());
            let (stop, stopped) = channel::unbounded::<()>();
            for n in 0..16 {
                let (log, stop) = (Arc::clone(&log), stop.clone());
                let work = async move {
                    // A scheduling point within the poll: meanwhile, other runners steal from this one.
                    let _ = stop.is_empty();
                    log.lock().unwrap().push((n, thread::current().id()));
                };
                executor.spawn(work).detach();
            }
            drop(stop);
            let runners: Vec<_> = (0..4)
                .map(|_| {
                    let (executor, stopped) = (Arc::clone(&executor), stopped.clone());
                    thread::spawn(None, Location::caller(), move || {
                        let _ = smol::block_on(executor.run(stopped.recv()));
                    })
                })
                .collect();
            runners.into_iter().for_each(|runner| runner.join().unwrap());
        });
        assert!(finding.failure.is_none(), "{:?}", finding.failure);
        std::mem::take(&mut *orders.lock().unwrap())
    };
    assert!(orders() == orders(), "the same schedules ran the tasks in another order");
}

/// Would catch: a wait inside a poll that takes the wake-up of the future, so that it is never polled again.
#[test]
fn a_future_that_is_woken_in_a_poll_that_blocks_is_polled_again() {
    explore(|| async {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let other = thread::spawn(None, Location::caller(), move || *other.lock_blocking() += 1);
        let mut polls = 0;
        future::poll_fn(|context| {
            polls += 1;
            if polls == 2 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            *lock.lock_blocking() += 1;
            Poll::Pending
        })
        .await;
        other.join().expect("it does not panic");
    })
    .expect("nothing is wrong");
}
