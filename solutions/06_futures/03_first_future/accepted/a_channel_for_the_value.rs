//! An answer that is promised now and given later.

use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// The promise was dropped, so there will be no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// The end that gives the answer.
pub struct Promise<T> {
    sender: Option<Sender<T>>,
    waker: Arc<Mutex<Option<Waker>>>,
}

/// The end that waits for it. Keeps one waker, that of its latest poll.
pub struct Answer<T> {
    receiver: Receiver<T>,
    waker: Arc<Mutex<Option<Waker>>>,
}

/// A promise, and the future of its answer. Each pair is independent of the others.
pub fn promise<T>() -> (Promise<T>, Answer<T>) {
    let (sender, receiver) = channel();
    let waker = Arc::new(Mutex::new(None));
    (Promise { sender: Some(sender), waker: Arc::clone(&waker) }, Answer { receiver, waker })
}

impl<T> Promise<T> {
    /// Gives the answer. The task that waits for it is woken. If the answer was dropped, so is the value.
    pub fn keep(self, value: T) {
        if let Some(sender) = &self.sender {
            let _ = sender.send(value);
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        // Only a disconnected channel tells the task that the promise is gone, so this comes before the wake-up.
        self.sender = None;
        let waker = self.waker.lock().unwrap().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Broken>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // First the waker, then the look: whatever is sent in between is seen.
        *self.waker.lock().unwrap() = Some(context.waker().clone());
        match self.receiver.try_recv() {
            Ok(value) => Poll::Ready(Ok(value)),
            Err(TryRecvError::Disconnected) => Poll::Ready(Err(Broken)),
            Err(TryRecvError::Empty) => Poll::Pending,
        }
    }
}
