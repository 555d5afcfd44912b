//! verdict: deadlock
//! Blocks the thread until there is an answer, so code on this thread that would give the answer never runs.
//!
//! An answer that is promised now and given later.

use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll};

/// The promise was dropped, so there will be no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// What a promise and its answer share.
struct Shared<T> {
    value: Option<T>,
    promise_is_gone: bool,
    news: Arc<Condvar>,
}

/// The end that gives the answer.
pub struct Promise<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

/// The end that waits for it. Keeps one waker, that of its latest poll.
pub struct Answer<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

/// A promise, and the future of its answer. Each pair is independent of the others.
pub fn promise<T>() -> (Promise<T>, Answer<T>) {
    let shared = Arc::new(Mutex::new(Shared { value: None, promise_is_gone: false, news: Arc::default() }));
    (Promise { shared: Arc::clone(&shared) }, Answer { shared })
}

impl<T> Promise<T> {
    /// Gives the answer. The task that waits for it is woken. If the answer was dropped, so is the value.
    pub fn keep(self, value: T) {
        self.shared.lock().unwrap().value = Some(value);
    }
}

impl<T> Drop for Promise<T> {
    /// Runs after `keep`, too. Without `keep` the promise is broken, and the task that waits is woken.
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap();
        shared.promise_is_gone = true;
        shared.news.notify_one();
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Broken>;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut shared = self.shared.lock().unwrap();
        while !shared.promise_is_gone {
            let news = Arc::clone(&shared.news);
            shared = news.wait(shared).unwrap();
        }
        Poll::Ready(shared.value.take().ok_or(Broken))
    }
}
