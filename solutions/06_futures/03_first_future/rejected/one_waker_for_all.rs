//! verdict: failing-test two_promises_do_not_disturb_each_other
//! One `static` holds the waker, so it works with only one promise at a time.
//!
//! An answer that is promised now and given later.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// The promise was dropped, so there will be no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

static WAKER: Mutex<Option<Waker>> = Mutex::new(None);

/// What a promise and its answer share.
struct Shared<T> {
    value: Option<T>,
    promise_is_gone: bool,
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
    let shared = Arc::new(Mutex::new(Shared { value: None, promise_is_gone: false }));
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
        let waker = {
            let mut shared = self.shared.lock().unwrap();
            shared.promise_is_gone = true;
            WAKER.lock().unwrap().take()
        };
        // Whoever is woken may want the lock at once, so it is free by now.
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Broken>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut shared = self.shared.lock().unwrap();
        if let Some(value) = shared.value.take() {
            return Poll::Ready(Ok(value));
        }
        if shared.promise_is_gone {
            return Poll::Ready(Err(Broken));
        }
        // Still under the lock: nothing can change between what was just read and this.
        *WAKER.lock().unwrap() = Some(context.waker().clone());
        Poll::Pending
    }
}
