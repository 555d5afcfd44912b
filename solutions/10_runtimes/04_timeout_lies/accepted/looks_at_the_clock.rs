//! A chess program. It has to move in time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_std::task::yield_now;

/// Knows how good a move is.
pub trait Engine: Send + Sync + 'static {
    /// The score of a move. Computes for a few milliseconds: not longer than a thread that runs tasks may be blocked.
    fn evaluate(&self, candidate: usize) -> i32;
}

/// The best of `moves`, or the first one of the best, as far as they were evaluated when `limit` was over: at least one
/// of them. Other tasks run between two evaluations. No evaluation begins after `limit`, or when
/// this future is dropped. `Duration::MAX` is no limit.
pub async fn think<E: Engine>(engine: Arc<E>, moves: Vec<usize>, limit: Duration) -> Option<usize> {
    let start = Instant::now();
    let mut best = None;
    for candidate in moves {
        let score = engine.evaluate(candidate);
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
        if start.elapsed() >= limit {
            break;
        }
        yield_now().await;
    }
    best.map(|(_, candidate)| candidate)
}
