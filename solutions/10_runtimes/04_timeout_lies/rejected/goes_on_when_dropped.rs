//! verdict: failing-test a_dropped_game_evaluates_nothing_more
//! A thread evaluates and stops at the limit, but nobody tells it when the game is over.
//!
//! A chess program. It has to move in time.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use async_std::task;

/// Knows how good a move is.
pub trait Engine: Send + Sync + 'static {
    /// The score of a move. Computes for a few milliseconds, which is as long as a task may keep its thread.
    fn evaluate(&self, candidate: usize) -> i32;
}

/// Evaluates `moves` in their order, one directly after the other, until `limit` expires, but at least one. Returns the
/// best of them; of several best moves, the first. Other tasks run between two evaluations.
///
/// An evaluation that ends after `limit` is the last one. None begins after this future is dropped. `Duration::MAX` is
/// no limit.
pub async fn think<E: Engine>(engine: Arc<E>, moves: Vec<usize>, limit: Duration) -> Option<usize> {
    let (send, scores) = mpsc::channel();
    let start = Instant::now();
    task::spawn_blocking(move || {
        for candidate in moves {
            let _ = send.send((engine.evaluate(candidate), candidate));
            if start.elapsed() >= limit {
                break;
            }
        }
    })
    .await;
    let mut best = None;
    for (score, candidate) in scores {
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
