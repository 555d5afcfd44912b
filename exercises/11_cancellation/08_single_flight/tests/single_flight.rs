use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use interleave::{CountingWaker, HighWater};
use single_flight::{Delays, Railway};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

/// The server answers after three of these.
const STEP: Duration = Duration::from_millis(10);

/// The train that everybody asks about.
const TRAIN: u32 = 5;

/// A server that takes three steps for an answer. Its answers have numbers.
struct TestRailway {
    asked: AtomicUsize,
    at_once: HighWater,
    panics_at_first: bool,
}

impl TestRailway {
    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }

    /// The most questions at the same time.
    fn at_once(&self) -> usize {
        self.at_once.highest()
    }
}

impl Railway for TestRailway {
    async fn delay(&self, train: u32) -> Arc<str> {
        let question = self.asked.fetch_add(1, SeqCst) + 1;
        let _inside = self.at_once.enter();
        sleep(3 * STEP).await;
        assert!(!self.panics_at_first || question > 1, "on purpose: the server panics at the first question");
        answer(train, question)
    }
}

/// The answer to a question.
fn answer(train: u32, question: usize) -> Arc<str> {
    Arc::from(format!("train {train} is late (answer {question})"))
}

fn delays() -> Delays<TestRailway> {
    Delays::new(TestRailway { asked: AtomicUsize::new(0), at_once: HighWater::new(), panics_at_first: false })
}

/// Compiles only if the future can be awaited in every task, also in one that moves between threads.
fn in_any_task<F: Future + Send>(future: F) -> F {
    future
}

/// A board that begins to wait after `begin` quarters of a step and gives up after `steps` and a half.
async fn leaves(delays: &Delays<TestRailway>, begin: u32, steps: u32) {
    sleep(STEP * begin / 4).await;
    let answer = timeout(STEP * steps + STEP / 2, delays.of(TRAIN)).await;
    assert!(answer.is_err(), "the server takes three steps, and there was an answer after {steps}: {answer:?}");
}

/// A board that begins to wait after `begin` quarters of a step and stays.
async fn stays(delays: &Delays<TestRailway>, begin: u32) -> Arc<str> {
    sleep(STEP * begin / 4).await;
    in_any_task(delays.of(TRAIN)).await
}

#[interleave::test]
async fn a_caller_who_leaves_does_not_strand_the_others() {
    let delays = delays();
    let start = Instant::now();
    let ((), got) = tokio::join!(leaves(&delays, 0, 1), stays(&delays, 1));
    let waited = start.elapsed();
    let asked = delays.railway().asked();
    assert_eq!(got, answer(TRAIN, asked), "the first caller has left; left: what the other one got; right: the answer");
    assert!(
        waited <= STEP * 9 / 2,
        "the first caller left after 1.5 steps, and the server takes 3 to answer; the other one got its answer after \
         {waited:?}, with steps of {STEP:?}",
    );
}

#[interleave::test]
async fn after_a_caller_has_left_the_next_call_gets_an_answer() {
    for steps in 0..3 {
        let delays = delays();
        leaves(&delays, 0, steps).await;
        let got = stays(&delays, 0).await;
        assert_eq!(
            got,
            answer(TRAIN, delays.railway().asked()),
            "the only caller left after {steps} of three steps, and then another one came; left: what it got",
        );
        assert_eq!(delays.railway().at_once(), 1, "left: how many questions there were at once, at most");
    }
}

#[interleave::test]
async fn one_of_those_who_wait_asks_again() {
    let delays = delays();
    let ((), one, two, three) =
        tokio::join!(leaves(&delays, 0, 1), stays(&delays, 1), stays(&delays, 1), stays(&delays, 2));
    assert_eq!(
        delays.railway().at_once(),
        1,
        "the caller who asked has left, and three others waited; left: how many questions there were at once, at most",
    );
    let expected = answer(TRAIN, delays.railway().asked());
    assert_eq!([one, two, three], [(); 3].map(|()| Arc::clone(&expected)), "left: what those who waited got");
}

#[interleave::test]
async fn whoever_takes_over_may_leave_as_well() {
    for polled_in_between in [false, true] {
        let delays = delays();
        let waker = CountingWaker::new();
        let (mut first, mut second) = (Box::pin(delays.of(TRAIN)), Box::pin(delays.of(TRAIN)));
        let mut third = pin!(delays.of(TRAIN));
        assert!(waker.poll(first.as_mut()).is_pending(), "the server has not answered");
        assert!(waker.poll(second.as_mut()).is_pending(), "the server has not answered");
        assert!(waker.poll(third.as_mut()).is_pending(), "the server has not answered");
        drop(first);
        if polled_in_between {
            // The second caller takes over, and the third waits for it.
            assert!(waker.poll(second.as_mut()).is_pending(), "the server has not answered");
            assert!(waker.poll(third.as_mut()).is_pending(), "the server has not answered");
        }
        drop(second);
        let got = third.await;
        assert_eq!(
            got,
            answer(TRAIN, delays.railway().asked()),
            "the first two callers have left; left: what the third got; right: the answer"
        );
        assert_eq!(delays.railway().at_once(), 1, "left: how many questions there were at once, at most");
    }
}

#[interleave::test]
async fn a_board_that_waits_may_leave() {
    let delays = delays();
    let (one, (), three) = tokio::join!(stays(&delays, 0), leaves(&delays, 1, 0), stays(&delays, 4));
    let asked = delays.railway().asked();
    assert_eq!(asked, 1, "a board that only waited has left, and another came; left: how many questions there were");
    assert_eq!([one, three], [answer(TRAIN, 1), answer(TRAIN, 1)], "left: what the two boards got that stayed");
}

#[interleave::test]
async fn boards_share_a_question() {
    let delays = Arc::new(delays());
    let other = tokio::spawn({
        let delays = Arc::clone(&delays);
        async move { delays.of(TRAIN).await }
    });
    let got = delays.of(TRAIN).await;
    assert_eq!(got, answer(TRAIN, 1), "two boards asked at the same time; left: what one of them got");
    assert_eq!(other.await.unwrap(), got, "two boards asked at the same time; left: what the other one got");
    assert_eq!(delays.railway().asked(), 1, "two boards asked at the same time; left: how many questions there were");
}

#[interleave::test]
async fn every_board_that_waits_gets_the_answer() {
    let delays = delays();
    let (one, two, three, four) =
        tokio::join!(stays(&delays, 0), stays(&delays, 1), stays(&delays, 2), stays(&delays, 11));
    assert_eq!(
        [one, two, three, four],
        [(); 4].map(|()| answer(TRAIN, 1)),
        "four boards waited when the answer came; left: what they got"
    );
    assert_eq!(delays.railway().asked(), 1, "four boards waited at the same time; left: how many questions there were");
}

#[interleave::test]
async fn the_next_call_asks_again() {
    let delays = Arc::new(delays());
    let other = tokio::spawn({
        let delays = Arc::clone(&delays);
        async move { delays.of(TRAIN).await }
    });
    let got = [delays.of(TRAIN).await, delays.of(TRAIN).await];
    assert_eq!(
        got,
        [answer(TRAIN, 1), answer(TRAIN, 2)],
        "a board had its answer and asked again; left: what it got; the second answer must be a new one",
    );
    assert_eq!(other.await.unwrap(), answer(TRAIN, 1), "another board asked at the same time; left: what it got");
}

#[interleave::test]
async fn no_question_is_ended_by_an_earlier_one() {
    let delays = Arc::new(delays());
    // This board comes at the moment of the first answer.
    let other = tokio::spawn({
        let delays = Arc::clone(&delays);
        async move { stays(&delays, 12).await }
    });
    stays(&delays, 0).await;
    // The other one may be asking now.
    stays(&delays, 1).await;
    other.await.unwrap();
    assert_eq!(
        delays.railway().at_once(),
        1,
        "a board came at the moment of an answer, and another one after it; left: how many questions there were \
         at once, at most",
    );
}

#[interleave::test]
async fn trains_do_not_wait_for_each_other() {
    let delays = delays();
    let start = Instant::now();
    let both = tokio::join!(delays.of(TRAIN), delays.of(TRAIN + 1));
    let possible = [(1, 2), (2, 1)].map(|(one, other)| (answer(TRAIN, one), answer(TRAIN + 1, other)));
    assert!(possible.contains(&both), "two boards asked about trains {TRAIN} and {}, and got {both:?}", TRAIN + 1);
    assert_eq!(start.elapsed(), 3 * STEP, "two questions about two trains, of three steps each; left: what they took");
}

#[interleave::test]
async fn a_panic_strands_nobody() {
    let railway = TestRailway { asked: AtomicUsize::new(0), at_once: HighWater::new(), panics_at_first: true };
    let delays = Arc::new(Delays::new(railway));
    let first = tokio::spawn({
        let delays = Arc::clone(&delays);
        async move { delays.of(TRAIN).await }
    });
    let got = stays(&delays, 1).await;
    assert_eq!(got, answer(TRAIN, 2), "the server has panicked at the first question; left: what another board got");
    // The caller who asked may have panicked with the server, or have asked again.
    let _ = first.await;
}

/// Answers when the test opens it.
struct ClosedRailway(Semaphore);

impl Railway for ClosedRailway {
    async fn delay(&self, train: u32) -> Arc<str> {
        self.0.acquire().await.unwrap().forget();
        answer(train, 1)
    }
}

#[interleave::test]
async fn a_board_that_waits_sleeps() {
    let delays = Delays::new(ClosedRailway(Semaphore::new(0)));
    let waker = CountingWaker::new();
    let (mut first, mut second) = (pin!(delays.of(TRAIN)), pin!(delays.of(TRAIN)));
    assert!(waker.poll(first.as_mut()).is_pending(), "the server has not answered, and there is a delay");
    assert!(waker.poll(second.as_mut()).is_pending(), "the server has not answered, and there is a delay");
    sleep(100 * STEP).await;
    assert_eq!(
        waker.wakes(),
        0,
        "the server has not answered; left: how often two boards woke their tasks. Do they look again and again?",
    );
    delays.railway().0.add_permits(1);
    let both = tokio::join!(first, second);
    assert_eq!(both, (answer(TRAIN, 1), answer(TRAIN, 1)), "the server has answered; left: what the two boards got");
}
