//! Polling by hand: the test itself is the executor. It decides what is polled and when, and sees what is woken.

use super::shared::Shared;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Stands in for a task: polls futures, counts how often it is woken, and how many of its wakers are kept.
///
/// ```
/// use interleave::CountingWaker;
/// use std::pin::pin;
///
/// let task = CountingWaker::new();
/// let mut future = pin!(interleave::yield_now());
/// assert!(task.poll(future.as_mut()).is_pending());
/// assert_eq!(task.wakes(), 1, "it wants to be polled again");
/// assert!(task.poll(future.as_mut()).is_ready());
/// assert_eq!(task.kept(), 0, "nobody can wake it any more");
/// ```
#[derive(Debug)]
pub struct CountingWaker(Arc<Count>);

#[derive(Debug)]
struct Count {
    shared: Shared,
    wakes: AtomicUsize,
}

impl Default for CountingWaker {
    fn default() -> Self {
        CountingWaker::new()
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.shared.changes();
        self.wakes.fetch_add(1, Ordering::SeqCst);
    }
}

impl CountingWaker {
    /// Creates a task that has not been woken.
    pub fn new() -> Self {
        CountingWaker(Arc::new(Count { shared: Shared::announced(), wakes: AtomicUsize::new(0) }))
    }

    /// Polls `future` once, as this task.
    pub fn poll<F: Future + ?Sized>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(&self.waker()))
    }

    /// A waker whose wake-ups are counted here.
    pub fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.0))
    }

    /// How often this task has been woken.
    pub fn wakes(&self) -> usize {
        self.0.shared.changes();
        self.0.wakes.load(Ordering::SeqCst)
    }

    /// How many of this task's wakers still exist.
    pub fn kept(&self) -> usize {
        self.0.shared.changes();
        Arc::strong_count(&self.0) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    #[test]
    fn a_kept_waker_counts_until_it_is_consumed() {
        let task = CountingWaker::new();
        let waker = task.waker();
        let copy = waker.clone();
        assert_eq!((task.wakes(), task.kept()), (0, 2));
        copy.wake();
        waker.wake_by_ref();
        assert_eq!((task.wakes(), task.kept()), (2, 1));
    }

    #[test]
    fn will_wake_is_true_only_for_wakers_of_the_same_task() {
        let (one, other) = (CountingWaker::new(), CountingWaker::new());
        assert!(one.waker().will_wake(&one.waker()));
        assert!(!one.waker().will_wake(&other.waker()));
    }

    #[test]
    fn polling_alone_keeps_no_waker() {
        let task = CountingWaker::new();
        assert!(task.poll(pin!(std::future::pending::<()>())).is_pending());
        assert_eq!((task.wakes(), task.kept()), (0, 0));
    }
}
