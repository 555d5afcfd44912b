use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use interleave::{CountingWaker, settle};
use timeout_lies::{Engine, think};

const NO_LIMIT: Duration = Duration::MAX;

/// Knows the score of each move, and counts how many it was asked for.
struct TestEngine {
    scores: Vec<i32>,
    takes: Duration,
    asked: AtomicUsize,
}

thread_local! {
    /// How many evaluations this thread has made.
    static EVALUATED_HERE: Cell<usize> = const { Cell::new(0) };
}

impl TestEngine {
    fn new(scores: impl Into<Vec<i32>>, takes: Duration) -> Arc<Self> {
        Arc::new(Self { scores: scores.into(), takes, asked: AtomicUsize::new(0) })
    }

    fn moves(&self) -> Vec<usize> {
        (0..self.scores.len()).collect()
    }

    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }
}

impl Engine for TestEngine {
    fn evaluate(&self, candidate: usize) -> i32 {
        self.asked.fetch_add(1, SeqCst);
        EVALUATED_HERE.set(EVALUATED_HERE.get() + 1);
        if !self.takes.is_zero() {
            // In place of a computation.
            thread::sleep(self.takes);
        }
        self.scores[candidate]
    }
}

/// What every executor of several threads needs of a task.
fn send<F: Future + Send>(future: F) -> F {
    future
}

/// Virtual time, so only when exploring.
#[interleave::test(runtime = "async-std")]
async fn thinking_stops_at_the_limit() {
    if cfg!(feature = "explore") {
        let engine = TestEngine::new([10, 30, 20, 40, 50, 60, 70, 80, 90, 99], Duration::from_millis(2));
        let limit = Duration::from_millis(5);
        let best = think(Arc::clone(&engine), engine.moves(), limit).await;
        settle();
        assert_eq!(
            engine.asked(),
            3,
            "an evaluation takes 2 ms, so the limit of 5 ms expires during the third one; left: how many of ten began"
        );
        assert_eq!(best, Some(1), "three evaluations began within the limit; left: the best move, by its number");
    }
}

#[interleave::test(runtime = "async-std")]
async fn one_move_is_evaluated_whatever_the_limit() {
    let engine = TestEngine::new([-5, 7, 3], Duration::ZERO);
    let best = think(Arc::clone(&engine), engine.moves(), Duration::ZERO).await;
    assert_eq!(best, Some(0), "the limit was zero, so only the first move was evaluated");
    settle();
    assert_eq!(engine.asked(), 1, "the limit was zero; left: how many evaluations began");
}

#[interleave::test(runtime = "async-std")]
async fn other_tasks_run_between_two_evaluations() {
    let engine = TestEngine::new([1, 2, 3, 3, 2, 6], Duration::ZERO);
    let waker = CountingWaker::new();
    let mut thinking = pin!(think(Arc::clone(&engine), engine.moves(), NO_LIMIT));
    loop {
        let before = EVALUATED_HERE.get();
        let polled = waker.poll(thinking.as_mut());
        let in_this_poll = EVALUATED_HERE.get() - before;
        assert!(
            in_this_poll <= 1,
            "{in_this_poll} evaluations in one poll of `think`. Timeouts and other tasks run only between two polls"
        );
        if polled.is_ready() {
            break;
        }
        // For an answer that evaluates on another thread.
        settle();
        thread::yield_now();
    }
}

#[interleave::test(runtime = "async-std")]
async fn the_best_move_is_found_if_there_is_time() {
    let many: Vec<i32> = (0..if cfg!(feature = "explore") { 10 } else { 1000 }).collect();
    let last = many.len() - 1;
    let cases = [(vec![], None), (vec![i32::MIN], Some(0)), (vec![3, 8, -2, 8, 5], Some(1)), (many, Some(last))];
    for (scores, expected) in cases {
        let engine = TestEngine::new(scores, Duration::ZERO);
        let best = send(think(Arc::clone(&engine), engine.moves(), NO_LIMIT)).await;
        assert_eq!(best, expected, "left: the best move, the first of equals; the scores are {:?}", engine.scores);
        assert_eq!(engine.asked(), engine.scores.len(), "there is no limit; left: how many evaluations began");
    }
}

#[interleave::test(runtime = "async-std")]
async fn the_moves_are_the_callers() {
    let engine = TestEngine::new([4, 9, 6, 1], Duration::ZERO);
    let best = think(Arc::clone(&engine), vec![3, 2, 0], NO_LIMIT).await;
    assert_eq!(best, Some(2), "of the moves 3, 2 and 0, the second one has the best score; left: the best move");
}

#[interleave::test(runtime = "async-std")]
async fn a_dropped_game_evaluates_nothing_more() {
    let engine = TestEngine::new([1, 2, 3, 4], Duration::ZERO);
    {
        let waker = CountingWaker::new();
        let mut thinking = pin!(think(Arc::clone(&engine), engine.moves(), NO_LIMIT));
        // An answer that evaluates on another thread may even be ready.
        let _ = waker.poll(thinking.as_mut());
        // The game is over, and its future is dropped.
    }
    let begun = engine.asked();
    settle();
    let after = engine.asked();
    // One evaluation may have been on its way to a thread.
    assert!(
        after <= begun + 1,
        "the future was dropped after {begun} evaluations, and {after} have begun: who goes on without it?"
    );
}
