use std::sync::Arc;
use std::time::Duration;

use lost_place::{Line, PATIENCE, send};
use tokio::time::{Instant, sleep, timeout};

/// How long the others keep the line. No multiple of it below 80 ms is one of `PATIENCE`.
const JOB: Duration = Duration::from_millis(16);

/// Keeps the line for one job and sends `text` at its end.
async fn print(line: Line, text: &'static str) {
    let mut sent = line.lock().await;
    sleep(JOB).await;
    sent.push(text.to_owned());
}

/// A client that always has another job: it queues up again as soon as it has unlocked the line.
async fn busy_client(line: Line) {
    for _ in 0..10 {
        print(Arc::clone(&line), "busy").await;
    }
}

#[interleave::test]
async fn a_client_gets_its_turn_between_two_busy_ones() {
    let line = Line::default();
    let others = [tokio::spawn(busy_client(Arc::clone(&line))), tokio::spawn(busy_client(Arc::clone(&line)))];
    tokio::task::yield_now().await; // one of them has the line now, and the other one waits for it
    let start = Instant::now();
    let mut told = 0;
    send(&line, "ours", || told += 1).await;
    assert_eq!(
        start.elapsed(),
        2 * JOB,
        "two clients were before us, with one job each; left: how long we waited. A client that queued up later got its \
         turn before us",
    );
    assert_eq!(told, 3, "we waited for 32 ms; left: how often the user was told so, every {PATIENCE:?}");
    for other in others {
        other.await.unwrap();
    }
}

#[interleave::test]
async fn clients_are_served_in_the_order_in_which_they_came() {
    let line = Line::default();
    let first = tokio::spawn(print(Arc::clone(&line), "first"));
    tokio::task::yield_now().await; // it has the line now
    let ours = async { send(&line, "second", || ()).await };
    let other = async {
        sleep(JOB / 4).await; // after us, and before our user is told anything
        print(Arc::clone(&line), "third").await;
    };
    tokio::join!(ours, other);
    first.await.unwrap();
    assert_eq!(*line.lock().await, ["first", "second", "third"], "this is the order in which they began to wait");
}

#[interleave::test]
async fn a_user_is_told_again_and_again_that_the_line_is_taken() {
    const ROUNDS: u32 = 40;
    let line = Line::default();
    let taken = line.lock().await;
    let start = Instant::now();
    let mut told = Vec::new();
    let waiting = async {
        send(&line, "ours", || told.push(start.elapsed())).await;
        start.elapsed()
    };
    let holding = async {
        sleep(PATIENCE * ROUNDS + PATIENCE / 2).await;
        drop(taken);
    };
    let (waited, ()) = tokio::join!(waiting, holding);
    let rounds: Vec<_> = (1..=ROUNDS).map(|round| PATIENCE * round).collect();
    assert_eq!(told, rounds, "left: when the user was told that the line is taken; right: when it should have been");
    assert_eq!(waited, PATIENCE * ROUNDS + PATIENCE / 2, "left: when `send` returned; right: when the line was free");
    assert_eq!(*line.lock().await, ["ours"], "`send` has returned; left: what was sent over the line");
}

#[interleave::test]
async fn a_free_line_is_used_at_once() {
    let line = Line::default();
    let start = Instant::now();
    send(&line, "ours", || panic!("the line was free, and the user was told to wait")).await;
    assert_eq!(start.elapsed(), Duration::ZERO, "there was nothing to wait for");
    assert_eq!(*line.lock().await, ["ours"], "the text was not sent, or not once");
}

#[interleave::test]
async fn a_client_that_gives_up_sends_nothing() {
    let line = Line::default();
    let first = tokio::spawn(print(Arc::clone(&line), "first"));
    tokio::task::yield_now().await; // it has the line now
    let start = Instant::now();
    let given_up = timeout(JOB / 2, send(&line, "given up", || ())).await;
    assert!(given_up.is_err(), "the line is taken for longer than that");
    send(&line, "next", || ()).await;
    assert_eq!(start.elapsed(), JOB, "the line was free after one job; left: when the next client had its turn");
    sleep(10 * JOB).await;
    assert_eq!(*line.lock().await, ["first", "next"], "a text was sent although its client had given up");
    first.await.unwrap();
}

#[interleave::test]
async fn a_client_that_gives_up_leaves_the_queue() {
    for rounds in 0..4 {
        let line = Line::default();
        let taken = line.lock().await;
        let given_up = timeout(PATIENCE * rounds + PATIENCE / 2, send(&line, "given up", || ())).await;
        assert!(given_up.is_err(), "the line is taken for longer than that");
        drop(taken);
        // A fair mutex is handed to the first in the queue. It is free only if the queue is empty.
        assert!(
            line.try_lock().is_ok(),
            "a client gave up after telling its user {rounds} times, and the line is now handed to it: it is still queued",
        );
        send(&line, "next", || panic!("the line was free, and the user was told to wait")).await;
        assert_eq!(*line.lock().await, ["next"], "one client gave up and one did not; left: what was sent");
    }
}

#[interleave::test]
async fn two_lines_are_independent() {
    let (busy, free) = (Line::default(), Line::default());
    let taken = busy.lock().await;
    let waiting = async { send(&busy, "late", || ()).await };
    let other = async {
        sleep(PATIENCE / 2).await;
        let sending = timeout(PATIENCE, send(&free, "ours", || ())).await;
        drop(taken);
        sending
    };
    let ((), sending) = tokio::join!(waiting, other);
    assert!(sending.is_ok(), "a client had to wait for a free line, because another client waited for a busy one");
    assert_eq!(*free.lock().await, ["ours"], "left: what was sent over the free line");
    assert_eq!(*busy.lock().await, ["late"], "left: what was sent over the busy line");
}
