//! A chess program. It has to move in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_std::task;

/// Knows how good a move is.
pub trait Engine: Send + Sync + 'static {
    /// The score of a move. Computes for a few milliseconds, which is as long as a task may keep its thread.
    fn evaluate(&self, candidate: usize) -> i32;
}

/// Tells the thread to stop.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Evaluates `moves` in their order, one directly after the other, until `limit` expires, but at least one. Returns the
/// best of them; of several best moves, the first. Other tasks run between two evaluations.
///
/// An evaluation that ends after `limit` is the last one. None begins after this future is dropped. `Duration::MAX` is
/// no limit.
pub async fn think<E: Engine>(engine: Arc<E>, moves: Vec<usize>, limit: Duration) -> Option<usize> {
    let begin = Instant::now();
    let stopped = Arc::new(AtomicBool::new(false));
    let thinking = task::spawn_blocking({
        let stopped = Arc::clone(&stopped);
        move || {
            let mut best = None;
            for candidate in moves {
                if stopped.load(Ordering::SeqCst) || best.is_some() && begin.elapsed() >= limit {
                    break;
                }
                let score = engine.evaluate(candidate);
                if best.is_none_or(|(highest, _)| score > highest) {
                    best = Some((score, candidate));
                }
            }
            best.map(|(_, candidate)| candidate)
        }
    });
    let _stop = Stop(stopped);
    thinking.await
}
