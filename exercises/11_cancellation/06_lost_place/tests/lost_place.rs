use std::sync::Arc;
use std::time::Duration;

use interleave::CountingWaker;
use lost_place::{Line, PATIENCE, send};
use tokio::time::{Instant, sleep, timeout};

/// How long the others keep the line. Neither two jobs nor nineteen end in the moment in which a user is told.
const JOB: Duration = Duration::from_millis(16);

/// After this time, every task that was spawned before has begun.
const MOMENT: Duration = Duration::from_millis(1);

/// Compiles only if the future can be awaited in every task, also in one that moves between threads.
fn in_any_task<F: Future + Send>(future: F) -> F {
    future
}

/// Keeps the line for one job and sends `text` at its end.
async fn print(line: Line, text: &'static str) {
    let mut sent = line.lock().await;
    sleep(JOB).await;
    sent.push(text.to_owned());
}

/// A client that always has another job: it queues up again as soon as it has unlocked the line.
async fn busy_client(line: Line) {
    for _ in 0..4 {
        print(Arc::clone(&line), "busy").await;
    }
}

/// Queues up behind `number` busy clients.
async fn among_busy_clients(number: u32) {
    let line = Line::default();
    let others: Vec<_> = (0..number).map(|_| tokio::spawn(busy_client(Arc::clone(&line)))).collect();
    let start = Instant::now();
    sleep(MOMENT).await; // one of them has the line now, and the others wait for it
    let mut told = 0;
    in_any_task(send(&line, "ours", || told += 1)).await;
    let waited = start.elapsed();
    assert_eq!(
        waited,
        number * JOB,
        "{number} clients were before us, with one job each; left: how long we waited. A client that queued up later got \
         its turn before us",
    );
    let rounds = waited.as_millis() / PATIENCE.as_millis();
    assert_eq!(told, rounds, "we waited for {waited:?}; left: how often the user was told so, every {PATIENCE:?}");
    for other in others {
        other.await.unwrap();
    }
}

#[interleave::test(flavor = "current_thread", schedules = 50)]
async fn a_client_gets_its_turn_between_two_busy_ones() {
    among_busy_clients(2).await;
}

#[interleave::test(real_only)] // too many clients to explore
async fn a_client_gets_its_turn_among_many_busy_ones() {
    among_busy_clients(19).await;
}

#[interleave::test]
async fn clients_are_served_in_the_order_in_which_they_came() {
    let line = Line::default();
    let first = tokio::spawn(print(Arc::clone(&line), "first"));
    sleep(MOMENT).await; // it has the line now
    let ours = async { send(&line, "second", || ()).await };
    let other = async {
        sleep(JOB / 4).await; // after us, and before our user is told anything
        print(Arc::clone(&line), "third").await;
    };
    tokio::join!(ours, other);
    first.await.unwrap();
    assert_eq!(*line.lock().await, ["first", "second", "third"], "this is the order in which they began to wait");
}

#[interleave::test(real_only)] // a thousand rounds
async fn a_user_is_told_again_and_again_that_the_line_is_taken() {
    const ROUNDS: u32 = 1_000;
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
    let wrong = told.iter().zip(1..).map(|(at, round)| (*at, PATIENCE * round)).find(|(at, due)| at != due);
    assert_eq!(wrong, None, "left: when the user was first told at a wrong moment, and when it should have been");
    assert_eq!(
        told.len(),
        ROUNDS as usize,
        "the line was taken for {ROUNDS} rounds; left: how often the user was told so"
    );
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
    let start = Instant::now();
    sleep(MOMENT).await; // it has the line now
    let given_up = timeout(JOB / 2, send(&line, "given up", || ())).await;
    assert!(given_up.is_err(), "the line is taken for longer than that");
    send(&line, "next", || ()).await;
    assert_eq!(start.elapsed(), JOB, "the line was free after one job; left: when the next client had its turn");
    sleep(10 * JOB).await;
    assert_eq!(*line.lock().await, ["first", "next"], "a text was sent although its client had given up");
    first.await.unwrap();
}

#[interleave::test]
async fn a_client_that_gives_up_as_its_turn_comes_sends_nothing() {
    let waker = CountingWaker::new();
    for polls in 0..4 {
        let line = Line::default();
        let taken = line.lock().await;
        let mut sending = Box::pin(send(&line, "given up", || ()));
        assert!(waker.poll(sending.as_mut()).is_pending(), "the line is taken");
        drop(taken); // it is handed to `sending`
        if (0..polls).any(|_| waker.poll(sending.as_mut()).is_ready()) {
            continue;
        }
        drop(sending);
        let sent = line.try_lock().expect("the only client has given up, and the line is still handed to it");
        assert_eq!(
            *sent,
            Vec::<String>::new(),
            "a client's turn came, it was polled {polls} times and then gave up; left: what was sent"
        );
    }
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
