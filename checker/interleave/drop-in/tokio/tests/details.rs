//! Details in which the model of the runtime could differ visibly from the real one.
#![cfg(feature = "explore")]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::engine::Exploration;
use tokio::__interleave::{Flavor, block_on};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, LocalSet, block_in_place};
use tokio::time::{self, Instant, sleep};

const MS: Duration = Duration::from_millis(1);

#[track_caller]
fn passes<F: Future<Output = ()>>(flavor: fn() -> Flavor, body: impl Fn() -> F + Send + Sync + 'static) {
    runs(move || block_on(flavor(), body()));
}

#[track_caller]
fn runs(body: impl Fn() + Send + Sync + 'static) {
    if let Some(failure) = Exploration::new(env!("CARGO_MANIFEST_DIR")).schedules(200).run(body).failure {
        panic!("{:?}: {}", failure.kind, failure.message);
    }
}

/// The panic message of `f`.
fn panic_of<T>(f: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).map(drop).expect_err("it panics");
    let text = payload.downcast_ref::<String>().cloned();
    text.unwrap_or_else(|| payload.downcast_ref::<&str>().expect("a text").to_string())
}

fn one_thread() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_all();
    builder
}

#[test]
fn advancing_the_clock_moves_it_by_exactly_that_much() {
    passes(
        || Flavor::CurrentThread,
        || async {
            let start = Instant::now();
            let mut later = std::pin::pin!(sleep(10 * MS));
            for ms in 1..10 {
                time::advance(MS).await;
                assert_eq!(start.elapsed(), ms * MS);
                assert!(later.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
            time::advance(MS).await;
            assert!(later.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        },
    );
}

#[test]
fn the_clock_can_be_paused_where_tokio_allows_it() {
    runs(|| {
        one_thread().build().unwrap().block_on(async {
            time::pause();
            assert_eq!(panic_of(time::pause), "time is already frozen");
            time::resume();
            assert_eq!(panic_of(time::resume), "time is not frozen");
        });
        let several = Runtime::new().unwrap();
        several.block_on(async {
            assert!(panic_of(time::pause).starts_with("`time::pause()` requires the `current_thread` Tokio runtime."));
        });
        assert_eq!(panic_of(time::pause), "time cannot be frozen from outside the Tokio runtime");
        let timeless = Builder::new_current_thread().build().unwrap();
        let message = timeless.block_on(async { panic_of(|| sleep(MS)) });
        assert!(message.starts_with("A Tokio 1.x context was found, but timers are disabled."), "{message}");
    });
}

#[test]
fn a_task_that_polls_a_timer_in_a_loop_sees_time_pass() {
    runs(|| {
        one_thread().build().unwrap().block_on(async {
            let mut timer = Box::pin(sleep(MS));
            std::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                timer.as_mut().poll(context)
            })
            .await;
        });
    });
}

#[test]
fn blocking_in_place_has_no_budget_and_gives_its_thread_back() {
    passes(
        || Flavor::MultiThread(1),
        || async {
            let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
            (0..200).for_each(|n| sender.send(n).unwrap());
            let task = tokio::spawn(async move {
                for _ in 0..5 {
                    block_in_place(|| ());
                }
                block_in_place(|| {
                    let mut context = Context::from_waker(Waker::noop());
                    (0..200).all(|_| receiver.poll_recv(&mut context).is_ready())
                })
            });
            assert!(task.await.unwrap(), "no budget runs out");
        },
    );
}

#[test]
fn blocking_in_place_is_refused_inside_a_local_set() {
    passes(
        || Flavor::MultiThread(1),
        || async {
            let set = LocalSet::new();
            let message = set.run_until(async { panic_of(|| block_in_place(|| ())) }).await;
            assert_eq!(message, "can call blocking only when running on the multi-threaded runtime");
        },
    );
}

#[test]
fn a_join_set_forgets_the_tasks_that_it_detached() {
    passes(
        || Flavor::CurrentThread,
        || async {
            let mut set = JoinSet::new();
            set.spawn(async { 1 });
            set.detach_all();
            tokio::task::yield_now().await;
            set.spawn(async { 2 });
            assert_eq!(set.join_next().await.unwrap().unwrap(), 2);
            assert!(set.join_next().await.is_none());
        },
    );
}

#[test]
fn misuse_is_reported_at_the_callers_line() {
    tokio::task_local! { static NUMBER: u32; }

    let lines = Arc::new(Mutex::new(Vec::new()));
    let (seen, hook) = (Arc::clone(&lines), std::panic::take_hook());
    // Other tests may panic in the meantime.
    let own = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() != own {
            return;
        }
        let file = info.location().map(|place| place.file().to_owned());
        seen.lock().unwrap_or_else(PoisonError::into_inner).extend(file);
    }));
    let outside = catch_unwind(|| tokio::spawn(async {})).is_err();
    let borrowed = catch_unwind(|| {
        NUMBER.sync_scope(1, || NUMBER.with(|_| NUMBER.sync_scope(2, || ())));
    });
    std::panic::set_hook(hook);
    assert!(outside && borrowed.is_err());
    assert_eq!(*lines.lock().unwrap(), [file!(), file!()]);
}

#[test]
fn the_destructor_of_an_output_knows_its_task() {
    /// Records the task that drops it.
    struct Output(Arc<Mutex<Option<tokio::task::Id>>>);

    impl Drop for Output {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = Some(tokio::task::id());
        }
    }

    for yields in 0..2 {
        passes(
            || Flavor::CurrentThread,
            move || async move {
                let dropped_by = Arc::new(Mutex::new(None));
                let output = Output(Arc::clone(&dropped_by));
                let handle = tokio::spawn(async { output });
                let id = handle.id();
                for _ in 0..yields {
                    tokio::task::yield_now().await;
                }
                drop(handle);
                tokio::task::yield_now().await;
                assert_eq!(*dropped_by.lock().unwrap(), Some(id));
            },
        );
    }
}

#[test]
fn a_cell_in_a_static_is_empty_in_each_schedule() {
    static CELL: tokio::sync::OnceCell<u32> = tokio::sync::OnceCell::const_new();
    static SET: tokio::sync::SetOnce<u32> = tokio::sync::SetOnce::const_new();

    passes(
        || Flavor::MultiThread(2),
        || async {
            assert_eq!((CELL.get(), SET.get()), (None, None));
            let other = tokio::spawn(async { *CELL.get_or_init(async || 1).await });
            SET.set(*CELL.get_or_init(async || 2).await).unwrap();
            assert_eq!(other.await.unwrap(), *SET.wait().await);
        },
    );
}

#[test]
fn a_select_has_a_budget_and_may_have_only_an_else_branch() {
    passes(
        || Flavor::CurrentThread,
        || async {
            assert_eq!(tokio::select! { else => 3 }, 3);
            let ready = Rc::new(Cell::new(0));
            let mut all = std::pin::pin!(async {
                loop {
                    tokio::select! {
                        biased;
                        () = tokio::task::coop::consume_budget() => ready.set(ready.get() + 1),
                        () = std::future::ready(()) => panic!("the budget is used up, and select! still polls"),
                    }
                }
            });
            let poll = std::future::poll_fn(|context| Poll::Ready(all.as_mut().poll(context).is_pending())).await;
            assert!(poll && ready.get() <= 128, "{}", ready.get());
        },
    );
}

/// Trying in vain counts as a yield, and time moves when all that can run only yield. But not after a few times.
#[test]
fn the_clock_stands_still_while_a_task_tries_in_vain_a_few_times() {
    passes(
        || Flavor::CurrentThread,
        || async {
            let start = Instant::now();
            let mut timer = std::pin::pin!(sleep(MS));
            let (_sender, mut receiver) = tokio::sync::mpsc::channel::<()>(1);
            for _ in 0..10 {
                assert!(timer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                receiver.try_recv().expect_err("nothing was sent");
                tokio::task::yield_now().await;
            }
            assert_eq!(start.elapsed(), Duration::ZERO);
            while receiver.try_recv().is_err() && start.elapsed() < MS {}
        },
    );
}
