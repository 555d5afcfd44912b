//! The paused clock of real mode, which must not jump while a thread of the test's own works.
#![cfg(all(not(feature = "explore"), target_os = "linux"))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use interleave::Stuck;
use tokio::__interleave::{Flavor, block_on};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use trace::FailureKind;

fn works_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// Would catch: "deadlock", said of an answer whose own thread is about to answer.
#[test]
fn a_thread_that_works_is_not_overtaken_by_the_clock() {
    block_on(Flavor::Any, async {
        let start = tokio::time::Instant::now();
        let (answer, answered) = oneshot::channel();
        thread::spawn(move || {
            works_for(Duration::from_millis(50));
            answer.send(7).unwrap();
        });
        assert_eq!(answered.await, Ok(7));
        assert_eq!(start.elapsed(), Duration::ZERO, "the clock stood still while the thread worked");
    });
}

#[test]
fn an_actor_on_a_thread_answers_before_a_timeout_expires() {
    block_on(Flavor::Any, async {
        let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u32>>(8);
        thread::spawn(move || {
            for (n, answer) in (0..).zip(std::iter::from_fn(|| asked.blocking_recv())) {
                thread::sleep(Duration::from_micros(300));
                works_for(Duration::from_micros(300));
                answer.send(n).unwrap();
            }
        });
        for n in 0..50 {
            let (answer, answered) = oneshot::channel();
            ask.send(answer).await.unwrap();
            assert_eq!(timeout(Duration::from_millis(1), answered).await, Ok(Ok(n)));
        }
    });
}

#[test]
fn a_thread_that_waits_does_not_hold_the_clock() {
    let start = Instant::now();
    block_on(Flavor::Any, async {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let waits = thread::spawn(move || stopped.recv());
        sleep(Duration::from_secs(600)).await;
        drop(stop);
        waits.join().unwrap().unwrap_err();
    });
    assert!(start.elapsed() < Duration::from_secs(60), "ten minutes of the paused clock took {:?}", start.elapsed());
}

/// Would catch: "every task waits", said of a task that looks again and again.
#[test]
fn a_task_that_looks_again_and_again_does_not_deadlock() {
    fn kind(test: impl Future<Output = ()>) -> Option<FailureKind> {
        let ended = catch_unwind(AssertUnwindSafe(|| block_on(Flavor::Any, test)));
        Some(ended.expect_err("it does not end").downcast_ref::<Stuck>()?.kind)
    }
    let looks_again = async || loop {
        sleep(Duration::from_secs(1)).await;
    };
    assert_eq!(kind(looks_again()), Some(FailureKind::Livelock));
    assert_eq!(kind(std::future::pending()), Some(FailureKind::Deadlock));
    let looks_for_a_while = async {
        let _ = timeout(Duration::from_secs(1800), looks_again()).await;
        std::future::pending().await
    };
    assert_eq!(kind(looks_for_a_while), Some(FailureKind::Deadlock), "it sleeps for the last half of the hour");
}

/// Would catch: a deadlock, said of a test that panicked, because its runtime waits for a blocking task.
#[test]
fn a_panic_is_not_kept_back_by_a_blocking_task_that_waits() {
    for flavor in [Flavor::Any, Flavor::MultiThread(2)] {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let stopped = std::sync::Mutex::new(stopped);
        let test = move || {
            block_on(flavor, async move {
                let waits = tokio::task::spawn_blocking(move || stopped.lock().unwrap().recv());
                assert!(waits.is_finished(), "on purpose");
            });
        };
        let ended = catch_unwind(AssertUnwindSafe(test));
        assert_eq!(ended.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
        drop(stop);
    }
}
