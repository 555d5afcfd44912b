//! A chess program. It has to move in time.

use std::sync::Arc;
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
    let start = Instant::now();
    let mut best = None;
    for candidate in moves {
        let engine = Arc::clone(&engine);
        let score = task::spawn_blocking(move || engine.evaluate(candidate)).await;
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
        if start.elapsed() >= limit {
            break;
        }
        // A thread may be done before it is awaited, and then that await does not wait.
        task::yield_now().await;
    }
    best.map(|(_, candidate)| candidate)
}
