//! A chess program. It has to move in time.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
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
    let mut moves = moves.into_iter();
    let thinking = poll_fn(|context| {
        let Some(candidate) = moves.next() else { return Poll::Ready(()) };
        let score = engine.evaluate(candidate);
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    });
    let _ = timeout(limit, thinking).await;
    best.map(|(_, candidate)| candidate)
}
