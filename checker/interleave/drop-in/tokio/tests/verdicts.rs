//! The causes that a verdict names for deadlocks of tasks.
#![cfg(feature = "explore")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use interleave::engine::Exploration;
use tokio::__interleave::{Flavor, block_on};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::yield_now;
use trace::{FailureKind, timeline};

/// The last line of the picture of the first failure of `body`, which must be a deadlock.
fn verdict<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) -> String {
    let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).run(move || block_on(Flavor::Any, body()));
    let failure = finding.failure.expect("it deadlocks in some interleaving");
    assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
    timeline::verdict(&failure, failure.trace.as_ref().expect("it was run again"))
}

#[track_caller]
fn assert_says(verdict: &str, parts: &[&str]) {
    for part in parts {
        assert!(verdict.contains(part), "`{part}` is missing in: {verdict}");
    }
}

#[test]
fn a_receiver_that_owns_the_last_sender_itself() {
    let verdict = verdict(|| async {
        let (jobs, mut queue) = mpsc::channel(4);
        let retry = jobs.clone();
        let worker = tokio::spawn(async move {
            while let Some(n) = queue.recv().await {
                if n > 9 {
                    retry.send(n / 2).await.unwrap();
                }
            }
        });
        jobs.send(1).await.unwrap();
        drop(jobs);
        worker.await.unwrap();
    });
    assert_says(&verdict, &["task 1 waits on `jobs` (it owns the last sender itself)"]);
}

#[test]
fn a_subscriber_whose_senders_others_own() {
    let verdict = verdict(|| async {
        let (events, mut subscriber) = broadcast::channel::<u32>(4);
        let other = events.clone();
        let idle = tokio::spawn(async move {
            std::future::pending::<()>().await;
            other.send(1).unwrap();
        });
        let logger = tokio::spawn(async move { while subscriber.recv().await.is_ok() {} });
        logger.await.unwrap();
        idle.await.unwrap();
        drop(events);
    });
    assert_says(&verdict, &["task 2 waits on `", "(main and task 1 own senders)"]);
}

#[test]
fn an_answer_whose_worker_panicked() {
    type Waiting = Arc<Mutex<HashMap<u32, oneshot::Sender<u32>>>>;
    let verdict = verdict(|| async {
        let waiting = Waiting::default();
        let (answer, answered) = oneshot::channel();
        waiting.lock().unwrap().insert(7, answer);
        let answers = waiting.clone();
        tokio::spawn(async move {
            let n = "seven".parse().expect("a number");
            let answer = answers.lock().unwrap().remove(&7).unwrap();
            answer.send(n).unwrap();
        });
        answered.await.unwrap();
        drop(waiting);
    });
    assert_says(&verdict, &["task 1 panicked at verdicts.rs:", "a number: ParseIntError", "main waits on `"]);
    assert_says(&verdict, &["(it owns the last sender itself)"]);
}

#[test]
fn a_waiter_that_was_cancelled() {
    let verdict = verdict(|| async {
        let (tickets, queue) = (Arc::new(Mutex::new(Vec::new())), oneshot::channel::<()>());
        tickets.lock().unwrap().push(queue.0);
        let waiter = tokio::spawn(async move { queue.1.await.unwrap() });
        yield_now().await;
        waiter.abort();
        let _ = waiter.await;
        let (ticket, called) = oneshot::channel();
        tickets.lock().unwrap().insert(0, ticket);
        // The cancelled waiter is called.
        let _ = tickets.lock().unwrap().pop().unwrap().send(());
        called.await.unwrap();
    });
    assert_says(&verdict, &["main waits on `", "task 1 was cancelled while it waited on `"]);
}

#[test]
fn a_future_that_never_wakes() {
    let verdict = verdict(|| async { std::future::pending().await });
    assert_says(&verdict, &["deadlock: main waits for something that the scheduler does not know"]);
}
