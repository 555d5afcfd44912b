//! The model of the runtime: code that blocks a worker blocks its tasks, time is exact, and panics and aborts have the
//! same effects as on the real one.
#![cfg(feature = "explore")]

use std::future::poll_fn;
use std::panic::Location;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use interleave::engine::Exploration;
use interleave::model::thread;
use tokio::__interleave::{Flavor, block_on};
use tokio::time::{Instant, sleep, timeout};
use trace::{Failure, FailureKind};

const MS: Duration = Duration::from_millis(1);

fn explore<F: Future<Output = ()>>(
    flavor: fn() -> Flavor,
    body: impl Fn() -> F + Send + Sync + 'static,
) -> Result<u32, Box<Failure>> {
    let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).run(move || block_on(flavor(), body()));
    finding.failure.map_or(Ok(finding.explored.schedules), Err)
}

#[test]
fn sleeping_takes_exactly_the_given_time() {
    let result = explore(
        || Flavor::Any,
        || async {
            let start = Instant::now();
            sleep(5 * MS).await;
            assert_eq!(start.elapsed(), 5 * MS);
            let (a, b) = (tokio::spawn(sleep(3 * MS)), tokio::spawn(sleep(7 * MS)));
            a.await.unwrap();
            assert_eq!(start.elapsed(), 8 * MS);
            b.await.unwrap();
            assert_eq!(start.elapsed(), 12 * MS);
            assert!(timeout(2 * MS, sleep(3 * MS)).await.is_err());
            assert!(timeout(3 * MS, sleep(2 * MS)).await.is_ok());
            assert_eq!(start.elapsed(), 16 * MS);
        },
    );
    result.expect("the clock is exact");
}

/// Would catch: a deadlock, said of a test that panicked, because its runtime waits for a blocking task.
#[test]
fn a_panic_is_not_kept_back_by_a_blocking_task_that_waits() {
    let failure = explore(
        || Flavor::Any,
        || async {
            tokio::task::spawn_blocking(|| interleave::engine::threads::park(None));
            panic!("on purpose");
        },
    );
    let failure = failure.expect_err("it panics");
    assert_eq!((failure.kind, &*failure.message), (FailureKind::Panic, "on purpose"));
}

#[test]
fn a_thread_that_blocks_the_only_worker_keeps_every_task_from_running() {
    let blocks = || async {
        let (hear, say) = (Arc::new(thread_flag()), Arc::new(()));
        let hears = Arc::clone(&hear);
        let waits = tokio::spawn(async move { hears.wait() });
        let says = tokio::spawn(async move {
            let _ = say;
            hear.set();
        });
        waits.await.unwrap();
        says.await.unwrap();
    };
    let failure = explore(|| Flavor::CurrentThread, blocks).expect_err("nobody is left to poll the second task");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let failure = explore(|| Flavor::MultiThread(1), blocks).expect_err("nobody is left to poll the second task");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    explore(|| Flavor::MultiThread(2), blocks).expect("another worker polls the second task");
    let failure = explore(|| Flavor::Any, blocks).expect_err("the runtime may have one thread");
    assert_eq!(failure.kind, FailureKind::Deadlock);
}

/// A flag that a thread waits for by parking.
struct ThreadFlag(Mutex<(bool, Option<thread::Thread>)>);

fn thread_flag() -> ThreadFlag {
    ThreadFlag(Mutex::new((false, None)))
}

impl ThreadFlag {
    fn wait(&self) {
        loop {
            let mut state = self.0.lock().unwrap();
            if state.0 {
                return;
            }
            state.1 = Some(thread::current());
            drop(state);
            thread::park();
        }
    }

    fn set(&self) {
        let thread = {
            let mut state = self.0.lock().unwrap();
            state.0 = true;
            state.1.take()
        };
        if let Some(thread) = thread {
            thread.unpark();
        }
    }
}

#[test]
fn a_panic_in_a_task_is_passed_to_the_code_that_awaits_it() {
    explore(
        || Flavor::Any,
        || async {
            let task = tokio::spawn(async { panic!("on purpose") });
            let error = task.await.unwrap_err();
            assert!(error.is_panic());
            assert!(error.to_string().ends_with("panicked with message \"on purpose\""), "{error}");
        },
    )
    .expect("the panic is expected");
}

#[test]
fn an_aborted_task_drops_its_values_before_its_handle_resolves() {
    explore(
        || Flavor::Any,
        || async {
            let held = Arc::new(());
            let holds = Arc::clone(&held);
            let task = tokio::spawn(async move {
                let _holds = holds;
                std::future::pending::<()>().await;
            });
            tokio::task::yield_now().await;
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(Arc::strong_count(&held), 1);
        },
    )
    .expect("an abort is a cancellation");
}

#[test]
fn an_unfinished_task_does_not_fail_the_test() {
    explore(
        || Flavor::Any,
        || async {
            tokio::spawn(std::future::pending::<()>());
            tokio::spawn(sleep(MS));
        },
    )
    .expect("the runtime ends its tasks");
}

#[test]
fn dropping_a_runtime_waits_for_blocking_jobs() {
    explore(
        || Flavor::Any,
        || async {
            let state = Arc::new(Mutex::new((false, false)));
            let job = Arc::clone(&state);
            let outer = thread::spawn(None, Location::caller(), move || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                runtime.spawn_blocking(move || {
                    job.lock().unwrap().0 = true;
                    thread::sleep(5 * MS);
                    job.lock().unwrap().1 = true;
                });
                drop(runtime);
            });
            tokio::task::spawn_blocking(|| outer.join().unwrap()).await.unwrap();
            let (started, ended) = *state.lock().unwrap();
            assert_eq!(started, ended, "a job that has started is waited for, one that has not is cancelled");
        },
    )
    .expect("a job that has started is waited for");
}

#[test]
fn calls_that_the_real_runtime_refuses_are_refused() {
    explore(
        || Flavor::Any,
        || async {
            let nested = std::panic::catch_unwind(|| {
                tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {});
            });
            let message = *nested.unwrap_err().downcast::<&str>().unwrap();
            assert!(message.starts_with("Cannot start a runtime from within a runtime."), "{message}");
        },
    )
    .expect("the refusal is expected");
}

#[test]
fn select_may_poll_either_branch_first() {
    let biased = || async {
        tokio::select! { biased; () = async {} => {}, () = async {} => panic!("the second branch") }
    };
    explore(|| Flavor::Any, biased).expect("the first branch is ready");
    let fair = || async {
        tokio::select! { () = async {} => {}, () = async {} => panic!("the second branch") }
    };
    let failure = explore(|| Flavor::Any, fair).expect_err("either branch may be polled first");
    assert_eq!(failure.message, "the second branch");
}

#[test]
fn local_tasks_take_turns_on_one_thread() {
    explore(
        || Flavor::Any,
        || async {
            let set = tokio::task::LocalSet::new();
            let count = std::rc::Rc::new(std::cell::Cell::new(0));
            let add = |count: std::rc::Rc<std::cell::Cell<u32>>| async move {
                let seen = count.get();
                count.set(seen + 1);
                tokio::task::yield_now().await;
            };
            set.run_until(async {
                let a = tokio::task::spawn_local(add(count.clone()));
                let b = tokio::task::spawn_local(add(count.clone()));
                a.await.unwrap();
                b.await.unwrap();
            })
            .await;
            assert_eq!(count.get(), 2);
        },
    )
    .expect("no other thread polls them");
}

#[test]
fn a_job_that_waits_for_the_pool_it_occupies_deadlocks() {
    let failure = explore(
        || Flavor::Any,
        || async {
            let outer = thread::spawn(None, Location::caller(), || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .max_blocking_threads(1)
                    .build()
                    .unwrap();
                let handle = runtime.handle().clone();
                let outer = runtime.spawn_blocking(move || {
                    let inner = handle.spawn_blocking(|| 1);
                    handle.block_on(inner).unwrap()
                });
                runtime.block_on(outer).unwrap()
            });
            tokio::task::spawn_blocking(|| outer.join().unwrap()).await.unwrap();
        },
    );
    assert_eq!(failure.expect_err("the only thread waits for itself").kind, FailureKind::Deadlock);
}

/// Would catch: a wake-up from a foreign thread that is mistaken for one of the schedule, or missing from the verdict
/// "deadlock".
#[test]
fn a_wake_up_from_a_thread_that_the_scheduler_does_not_know_is_refused() {
    let failure = explore(
        || Flavor::Any,
        || async {
            let (sender, mut receiver) = tokio::sync::oneshot::channel();
            tokio::select! {
                biased;
                _ = &mut receiver => unreachable!("nothing was sent"),
                () = std::future::ready(()) => {}
            }
            // A thread of the real standard library.
            std::thread::spawn(move || sender.send(1)).join().unwrap().unwrap();
            sleep(MS).await;
            let (_keeps_open, mut never) = tokio::sync::oneshot::channel::<()>();
            let waker = std::future::poll_fn(|context| std::task::Poll::Ready(context.waker().clone())).await;
            std::thread::spawn(move || waker.wake()).join().unwrap();
            let _ = (&mut never).await;
        },
    );
    let failure = failure.expect_err("nobody who is known wakes the test");
    assert_eq!(failure.kind, FailureKind::Unsupported, "{}", failure.message);
    assert!(failure.message.contains("does not know"), "{}", failure.message);
}

/// Notes that it was woken, and wakes the task.
struct Noting {
    woken: drop_in_std::sync::Mutex<u32>,
    task: Waker,
}

impl Wake for Noting {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().unwrap() += 1;
        self.task.wake_by_ref();
    }
}

/// Would catch: a waker that locks, called by a thread that sleeps or has ended when time moves. That was reported
/// as a deadlock.
#[test]
fn a_timer_may_call_a_waker_that_locks() {
    let result = explore(
        || Flavor::Any,
        || async {
            let mut noting = None;
            // In some interleavings it is the last one that runs before time moves.
            drop_in_std::thread::spawn(|| ());
            let mut sleep = pin!(sleep(MS));
            poll_fn(|context| {
                let waker = Arc::new(Noting { woken: drop_in_std::sync::Mutex::new(0), task: context.waker().clone() });
                noting = Some(Arc::clone(&waker));
                sleep.as_mut().poll(&mut Context::from_waker(&Waker::from(waker)))
            })
            .await;
            assert!(sleep.is_elapsed());
        },
    );
    assert!(result.is_ok(), "{result:#?}");
}
