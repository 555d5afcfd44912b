//! verdict: failing-test everybody_who_waits_is_woken
//! Keeps one waker: of those who wait, only the last one to be polled is woken.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: R,
    asking: Mutex<HashMap<u32, Arc<Mutex<Question>>>>,
}

#[derive(Default)]
struct Question {
    answer: Option<Arc<str>>,
    is_over: bool,
    waker: Option<Waker>,
}

impl<R: Railway> Delays<R> {
    pub fn new(railway: R) -> Self {
        Self { railway, asking: Mutex::default() }
    }

    /// The delay of `train`. Calls for the same train at the same time share one question and its answer: there are
    /// never two questions about a train at the same time, and trains do not wait for each other. An answer goes to all
    /// who wait for it, and is not kept: the next call asks again. Any of these futures may be dropped, at any moment
    /// and on any thread, and the server may panic: if that ends the question, one of the others asks it again, or else
    /// the next call. May be awaited in any task.
    pub async fn of(&self, train: u32) -> Arc<str> {
        loop {
            let (question, is_new) = {
                let mut asking = self.asking.lock().unwrap();
                let is_new = !asking.contains_key(&train);
                (Arc::clone(asking.entry(train).or_default()), is_new)
            };
            if is_new {
                let mut entry = Entry { asking: &self.asking, train, question, answer: None };
                let answer = self.railway.delay(train).await;
                entry.answer = Some(Arc::clone(&answer));
                return answer;
            }
            let answer = poll_fn(|context| {
                let mut question = question.lock().unwrap();
                if question.is_over {
                    return Poll::Ready(question.answer.clone());
                }
                question.waker = Some(context.waker().clone());
                Poll::Pending
            });
            if let Some(answer) = answer.await {
                return answer;
            }
        }
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}

/// The entry of the caller who asks. When this is dropped, the question is over.
struct Entry<'a> {
    asking: &'a Mutex<HashMap<u32, Arc<Mutex<Question>>>>,
    train: u32,
    question: Arc<Mutex<Question>>,
    answer: Option<Arc<str>>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.asking.lock().unwrap().remove(&self.train);
        let waker = {
            let mut question = self.question.lock().unwrap();
            question.answer = self.answer.take();
            question.is_over = true;
            question.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
