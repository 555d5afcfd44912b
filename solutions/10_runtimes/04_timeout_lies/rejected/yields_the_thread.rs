//! verdict: failing-test thinking_stops_at_the_limit
//! `thread::yield_now` lets other *threads* run. The task keeps its thread.
//!
//! A chess program. It has to move in time.

use std::sync::Arc;
use std::time::Duration;

use async_std::future::timeout;

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
    let mut best = None;
    let thinking = async {
        for candidate in moves {
            let score = engine.evaluate(candidate);
            if best.is_none_or(|(highest, _)| score > highest) {
                best = Some((score, candidate));
            }
            std::thread::yield_now();
        }
    };
    // Whether the limit was over makes no difference here.
    let _ = timeout(limit, thinking).await;
    best.map(|(_, candidate)| candidate)
}
