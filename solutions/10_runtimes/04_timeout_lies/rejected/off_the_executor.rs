//! verdict: failing-test thinking_stops_at_the_limit
//! `spawn_blocking`, with the best move behind a mutex. The timeout drops only the handle: nothing stops a thread.
//!
//! A chess program. It has to move in time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_std::future::timeout;
use async_std::task;

/// Knows how good a move is.
pub trait Engine: Send + Sync + 'static {
    /// The score of a move. Computes for a few milliseconds: not longer than a thread that runs tasks may be blocked.
    fn evaluate(&self, candidate: usize) -> i32;
}

/// The best of `moves`, or the first one of the best, as far as they were evaluated when `limit` was over: at least one
/// of them. Other tasks run between two evaluations. No evaluation begins after `limit`, or when
/// this future is dropped. `Duration::MAX` is no limit.
pub async fn think<E: Engine>(engine: Arc<E>, moves: Vec<usize>, limit: Duration) -> Option<usize> {
    let best = Arc::new(Mutex::new(None));
    let thinking = {
        let best = Arc::clone(&best);
        task::spawn_blocking(move || {
            for candidate in moves {
                let score = engine.evaluate(candidate);
                let mut best = best.lock().unwrap();
                if best.is_none_or(|(highest, _)| score > highest) {
                    *best = Some((score, candidate));
                }
            }
        })
    };
    let _ = timeout(limit, thinking).await;
    let best = *best.lock().unwrap();
    best.map(|(_, candidate)| candidate)
}
