use std::future::ready;
use std::iter;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::time::Duration;

use interleave::{CountingWaker, HighWater, Inside};
use single_flight::{Delays, Railway};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

/// The server answers after three of these.
const STEP: Duration = Duration::from_millis(10);

/// The train that everybody asks about.
const TRAIN: u32 = 5;

/// A server that takes three steps for an answer. Its answers have numbers.
#[derive(Default)]
struct TestRailway {
    asked: AtomicUsize,
    ended: AtomicUsize,
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
        let _question = Question { ended: &self.ended, _inside: self.at_once.enter() };
        sleep(3 * STEP).await;
        assert!(!self.panics_at_first || question > 1, "on purpose: the server panics at the first question");
        answer(train, question)
    }
}

/// Exists as long as its question.
struct Question<'a> {
    ended: &'a AtomicUsize,
    _inside: Inside<'a>,
}

impl Drop for Question<'_> {
    /// To end a question takes a moment: before this step, another thread may run.
    fn drop(&mut self) {
        self.ended.fetch_add(1, SeqCst);
    }
}

/// The answer to a question.
fn answer(train: u32, question: usize) -> Arc<str> {
    Arc::from(format!("train {train} is late (answer {question})"))
}

fn delays() -> Delays<TestRailway> {
    Delays::new(TestRailway::default())
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

/// A call that can be moved to another task, and dropped there.
fn board(delays: &Arc<Delays<TestRailway>>) -> Pin<Box<dyn Future<Output = Arc<str>> + Send>> {
    let delays = Arc::clone(delays);
    Box::pin(async move { delays.of(TRAIN).await })
}

/// A server that answers when the test opens it, once for each permit.
struct ClosedRailway {
    open: Semaphore,
    questions: HighWater,
}

impl Railway for ClosedRailway {
    async fn delay(&self, train: u32) -> Arc<str> {
        let _inside = self.questions.enter();
        self.open.acquire().await.unwrap().forget();
        answer(train, 1)
    }
}

fn closed() -> Delays<ClosedRailway> {
    Delays::new(ClosedRailway { open: Semaphore::new(0), questions: HighWater::new() })
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
async fn a_call_that_is_dropped_before_its_first_poll_has_no_effect() {
    let delays = delays();
    drop(delays.of(TRAIN));
    let got = timeout(100 * STEP, delays.of(TRAIN)).await;
    assert_eq!(
        got,
        Ok(answer(TRAIN, 1)),
        "the future of a call was dropped before its first poll; left: what the next call got within 100 steps",
    );
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
        let delays = closed();
        let waker = CountingWaker::new();
        let mut leaving: Vec<_> = (0..8).map(|_| Box::pin(delays.of(TRAIN))).collect();
        let mut last = pin!(delays.of(TRAIN));
        for board in &mut leaving {
            assert!(waker.poll(board.as_mut()).is_pending(), "the server has not answered");
        }
        assert!(waker.poll(last.as_mut()).is_pending(), "the server has not answered");
        while !leaving.is_empty() {
            drop(leaving.remove(0));
            if polled_in_between {
                // One of these takes over, and the others wait for it.
                for board in &mut leaving {
                    assert!(waker.poll(board.as_mut()).is_pending(), "the server has not answered");
                }
                assert!(waker.poll(last.as_mut()).is_pending(), "the server has not answered");
            }
        }
        delays.railway().open.add_permits(1);
        let got = timeout(100 * STEP, last).await;
        assert_eq!(
            got,
            Ok(answer(TRAIN, 1)),
            "eight callers have left, one after the other, and then the server answered; left: what the ninth got \
             within 100 steps",
        );
        assert_eq!(
            delays.railway().questions.highest(),
            1,
            "eight callers have left, one after the other; left: how many questions there were at once, at most",
        );
    }
}

#[interleave::test]
async fn after_all_have_left_the_next_call_gets_an_answer() {
    let delays = delays();
    let waker = CountingWaker::new();
    let (mut first, mut second) = (Box::pin(delays.of(TRAIN)), Box::pin(delays.of(TRAIN)));
    assert!(waker.poll(first.as_mut()).is_pending(), "the server has not answered");
    assert!(waker.poll(second.as_mut()).is_pending(), "the server has not answered");
    drop(first);
    // It is the second one's turn to ask, and it does not know.
    drop(second);
    let got = timeout(100 * STEP, delays.of(TRAIN)).await;
    assert_eq!(
        got,
        Ok(answer(TRAIN, delays.railway().asked())),
        "the caller who asked has left, and then the one who waited; left: what the next call got within 100 steps",
    );
}

#[interleave::test]
async fn a_caller_leaves_while_another_one_comes() {
    let delays = Arc::new(delays());
    let mut first = board(&delays);
    assert!(CountingWaker::new().poll(first.as_mut()).is_pending(), "the server has not answered");
    let other = tokio::spawn(board(&delays));
    drop(first);
    let got = other.await.unwrap();
    assert_eq!(
        got,
        answer(TRAIN, delays.railway().asked()),
        "the caller who asked left while another one came; left: what that one got; right: the answer",
    );
    assert_eq!(
        delays.railway().at_once(),
        1,
        "the caller who asked left while another one came; left: how many questions there were at once, at most",
    );
}

#[interleave::test]
async fn two_callers_leave_at_the_same_time() {
    let delays = Arc::new(delays());
    let waker = CountingWaker::new();
    let (mut first, mut second) = (board(&delays), board(&delays));
    assert!(waker.poll(first.as_mut()).is_pending(), "the server has not answered");
    assert!(waker.poll(second.as_mut()).is_pending(), "the server has not answered");
    let other = tokio::spawn(async move { drop(second) });
    drop(first);
    other.await.unwrap();
    let got = timeout(100 * STEP, delays.of(TRAIN)).await;
    assert_eq!(
        got,
        Ok(answer(TRAIN, delays.railway().asked())),
        "the caller who asked and the one who waited left at the same time; left: what the next call got within 100 \
         steps",
    );
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
    let delays = delays();
    let waker = CountingWaker::new();
    let (mut first, mut second) = (Box::pin(delays.of(TRAIN)), Box::pin(delays.of(TRAIN)));
    assert!(waker.poll(first.as_mut()).is_pending(), "the server has not answered");
    assert!(waker.poll(second.as_mut()).is_pending(), "the server has not answered");
    assert_eq!(first.await, answer(TRAIN, 1), "left: what the board got that asked");
    let next = delays.of(TRAIN).await;
    assert_eq!(
        next,
        answer(TRAIN, 2),
        "a board had its answer and asked again; left: what it got; the second answer must be a new one",
    );
    assert_eq!(second.await, answer(TRAIN, 1), "another board waited for the first answer; left: what it got");
}

#[interleave::test]
async fn a_board_asks_again_as_soon_as_it_has_an_answer() {
    let delays = Arc::new(delays());
    let waker = CountingWaker::new();
    let (mut first, mut second) = (board(&delays), board(&delays));
    assert!(waker.poll(first.as_mut()).is_pending(), "the server has not answered");
    assert!(waker.poll(second.as_mut()).is_pending(), "the server has not answered");
    let other = tokio::spawn(first);
    assert_eq!(second.await, answer(TRAIN, 1), "another board asked; left: what the board got that waited");
    let next = delays.of(TRAIN).await;
    assert_eq!(
        next,
        answer(TRAIN, 2),
        "a board waited for its answer and asked again at once; left: what it got; the second answer must be a new one",
    );
    assert_eq!(other.await.unwrap(), answer(TRAIN, 1), "left: what the board got that asked first");
}

#[interleave::test]
async fn no_question_is_ended_by_an_earlier_one() {
    let delays = Arc::new(delays());
    let waker = CountingWaker::new();
    let (mut first, mut second, mut third) = (board(&delays), board(&delays), board(&delays));
    assert!(waker.poll(first.as_mut()).is_pending(), "the server has not answered");
    sleep(3 * STEP).await;
    // There is an answer. This board takes it while another one comes.
    let first = tokio::spawn(first);
    let has_answer = waker.poll(second.as_mut()).is_ready();
    first.await.unwrap();
    // The second one may be asking now.
    let polled = waker.poll(third.as_mut());
    assert!(polled.is_pending(), "a board came after the answer to another one, and got an answer without waiting");
    if has_answer {
        third.await;
    } else {
        tokio::join!(second, third);
    }
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
async fn all_trains_may_be_asked_about_at_once() {
    let trains = if cfg!(feature = "explore") { 20 } else { 300 };
    let delays = closed();
    let waker = CountingWaker::new();
    let mut boards: Vec<_> = (0..trains).map(|train| Box::pin(delays.of(train))).collect();
    for board in &mut boards {
        assert!(waker.poll(board.as_mut()).is_pending(), "the server has not answered");
        // With a new budget for each of them.
        tokio::task::yield_now().await;
    }
    // Tasks that somebody may have spawned run here.
    sleep(STEP).await;
    assert_eq!(
        delays.railway().questions.inside(),
        trains as usize,
        "{trains} boards asked about {trains} trains; left: how many questions there are",
    );
}

#[interleave::test]
async fn a_panic_strands_nobody() {
    let railway = TestRailway { panics_at_first: true, ..TestRailway::default() };
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

/// Panics at the first question, before there is a future.
struct BrokenRailway(AtomicUsize);

impl Railway for BrokenRailway {
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send {
        let question = self.0.fetch_add(1, SeqCst) + 1;
        assert!(question > 1, "on purpose: the server panics at the first question");
        ready(answer(train, question))
    }
}

#[interleave::test]
async fn a_panic_before_the_first_await_strands_nobody() {
    let delays = Arc::new(Delays::new(BrokenRailway(AtomicUsize::new(0))));
    let first = tokio::spawn({
        let delays = Arc::clone(&delays);
        async move { delays.of(TRAIN).await }
    });
    // The caller who asked may have panicked with the server, or have asked again.
    let _ = first.await;
    let got = timeout(100 * STEP, delays.of(TRAIN)).await.expect("the next call got no answer within 100 steps");
    assert_ne!(got, answer(TRAIN, 1), "the server has panicked at the first question; left: what the next call got");
}

/// A board in a task of its own, which is polled only when it was woken.
struct Board<'a> {
    task: CountingWaker,
    /// How many of its wake-ups it has followed.
    seen: usize,
    call: Pin<Box<dyn Future<Output = Arc<str>> + Send + 'a>>,
}

/// Polls boards that were woken until all others sleep, and returns the answers.
async fn run(boards: &mut Vec<Board<'_>>) -> Vec<Arc<str>> {
    let mut answers = Vec::new();
    for _ in 0..100 {
        // Tasks that somebody may have spawned run here.
        sleep(STEP).await;
        let Some(woken) = boards.iter().position(|board| board.task.wakes() > board.seen) else { return answers };
        let board = &mut boards[woken];
        board.seen = board.task.wakes();
        if let Poll::Ready(answer) = board.task.poll(board.call.as_mut()) {
            answers.push(answer);
            boards.remove(woken);
        }
    }
    panic!("four boards wait for a server that does not answer, and were woken a hundred times");
}

#[interleave::test]
async fn everybody_who_waits_is_woken() {
    for first_leaves in [false, true] {
        let delays = closed();
        let call = || Board { task: CountingWaker::new(), seen: 0, call: Box::pin(delays.of(TRAIN)) };
        let mut boards: Vec<_> = iter::repeat_with(call).take(4).collect();
        for board in &mut boards {
            assert!(board.task.poll(board.call.as_mut()).is_pending(), "the server has not answered");
        }
        if first_leaves {
            boards.remove(0);
            assert!(run(&mut boards).await.is_empty(), "the server has not answered");
        }
        delays.railway().open.add_permits(1);
        let answers = run(&mut boards).await;
        let first = if first_leaves { "left" } else { "got the answer" };
        assert_eq!(
            boards.len(),
            0,
            "four boards waited in tasks of their own, the one that asked {first}, and the server answered once; left: \
             how many boards still wait and were not woken",
        );
        assert!(answers.iter().all(|got| *got == answer(TRAIN, 1)), "the boards got {answers:?}");
    }
}

#[interleave::test]
async fn a_board_that_waits_sleeps() {
    let delays = closed();
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
    delays.railway().open.add_permits(1);
    let both = tokio::join!(first, second);
    assert_eq!(both, (answer(TRAIN, 1), answer(TRAIN, 1)), "the server has answered; left: what the two boards got");
}
