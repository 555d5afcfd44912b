use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

/// A waker that counts how often it was woken, for futures that are polled by hand.
///
/// ```
/// use std::task::Context;
///
/// let counter = interleave::CountingWaker::new();
/// let waker = counter.waker();
/// Context::from_waker(&waker).waker().wake_by_ref();
/// assert_eq!(counter.wakes(), 1);
/// ```
#[derive(Debug, Default)]
pub struct CountingWaker(Arc<Counter>);

#[derive(Debug, Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl CountingWaker {
    pub fn new() -> Self {
        Self::default()
    }

    /// A waker that counts here.
    pub fn waker(&self) -> Waker {
        Arc::clone(&self.0).into()
    }

    /// How often its wakers were woken.
    pub fn wakes(&self) -> usize {
        self.0.0.load(Ordering::SeqCst)
    }

    /// How many of its wakers have not been dropped.
    pub fn alive(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakers_are_counted_until_they_are_dropped_or_woken_by_value() {
        let counter = CountingWaker::new();
        let (kept, given) = (counter.waker(), counter.waker());
        assert_eq!(counter.alive(), 2);
        given.wake();
        assert_eq!((counter.alive(), counter.wakes()), (1, 1));
        drop(kept);
        assert_eq!(counter.alive(), 0);
    }
}
