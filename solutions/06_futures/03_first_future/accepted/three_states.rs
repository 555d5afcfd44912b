//! An answer that is promised now and given later.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// The promise was dropped, so there will be no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// How far it has got.
enum State<T> {
    Open(Waker),
    Settled(Result<T, Broken>),
    Taken,
}

/// The end that gives the answer.
pub struct Promise<T> {
    state: Arc<Mutex<State<T>>>,
}

/// The end that waits for it. Keeps one waker, that of its latest poll.
pub struct Answer<T> {
    state: Arc<Mutex<State<T>>>,
}

/// A promise, and the future of its answer. Each pair is independent of the others.
pub fn promise<T>() -> (Promise<T>, Answer<T>) {
    let state = Arc::new(Mutex::new(State::Open(Waker::noop().clone())));
    (Promise { state: Arc::clone(&state) }, Answer { state })
}

impl<T> Promise<T> {
    /// Gives the answer. The task that waits for it is woken. If the answer was dropped, so is the value.
    pub fn keep(self, value: T) {
        self.settle(Ok(value));
    }

    fn settle(&self, outcome: Result<T, Broken>) {
        let mut state = self.state.lock().unwrap();
        if let State::Open(_) = *state {
            let before = mem::replace(&mut *state, State::Settled(outcome));
            drop(state);
            if let State::Open(waker) = before {
                waker.wake();
            }
        }
    }
}

impl<T> Drop for Promise<T> {
    /// Runs after `keep`, too. Without `keep` the promise is broken, and the task that waits is woken.
    fn drop(&mut self) {
        self.settle(Err(Broken));
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Broken>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.state.lock().unwrap();
        match mem::replace(&mut *state, State::Taken) {
            State::Open(_) => {
                *state = State::Open(context.waker().clone());
                Poll::Pending
            }
            State::Settled(outcome) => Poll::Ready(outcome),
            State::Taken => panic!("polled again after it was ready"),
        }
    }
}
