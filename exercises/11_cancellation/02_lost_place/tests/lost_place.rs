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

/// A client that always has another job: it queues up again as soon as it has let go of the line.
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
        "two were before us, with one job each, so it was our turn after two jobs; \
         whoever queued up later went ahead of us",
    );
    assert_eq!(told, 3, "32 ms of waiting are three times {PATIENCE:?}, and something");
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
    let line = Line::default();
    let taken = line.lock().await;
    let start = Instant::now();
    let mut told = Vec::new();
    let waiting = timeout(Duration::from_millis(35), send(&line, "ours", || told.push(start.elapsed()))).await;
    assert!(waiting.is_err(), "the line is taken all the time");
    assert_eq!(told, [PATIENCE, 2 * PATIENCE, 3 * PATIENCE], "the user was told that the line is taken at these times");
    drop(taken);
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
async fn a_client_that_gives_up_sends_nothing_and_keeps_nobody_waiting() {
    let line = Line::default();
    let first = tokio::spawn(print(Arc::clone(&line), "first"));
    tokio::task::yield_now().await; // it has the line now
    let start = Instant::now();
    let given_up = timeout(JOB / 2, send(&line, "given up", || ())).await;
    assert!(given_up.is_err(), "the line is taken for longer than that");
    send(&line, "next", || ()).await;
    assert_eq!(start.elapsed(), JOB, "the line was free after one job: did it wait for somebody who had given up?");
    sleep(10 * JOB).await;
    assert_eq!(*line.lock().await, ["first", "next"], "what was given up must not be sent behind the caller's back");
    first.await.unwrap();
}
