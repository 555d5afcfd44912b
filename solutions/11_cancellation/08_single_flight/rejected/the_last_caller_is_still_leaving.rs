//! verdict: failing-test a_caller_leaves_while_another_one_comes
//! The question ends with its last caller. Another one comes when nobody counts any more, and the future of the
//! question is not dropped yet: there are two.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::Poll;

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: Arc<R>,
    asking: Mutex<HashMap<u32, Weak<Question>>>,
}

/// A question that belongs to all callers that wait for its answer. The caller that has locked it polls it.
struct Question {
    flight: tokio::sync::Mutex<Option<Flight>>,
    answer: Mutex<Option<Arc<str>>>,
}

type Flight = Pin<Box<dyn Future<Output = Arc<str>> + Send>>;

impl<R: Railway> Delays<R> {
    pub fn new(railway: R) -> Self {
        Self { railway: Arc::new(railway), asking: Mutex::default() }
    }

    /// The delay of `train`. Calls for the same train at the same time share one question and its answer: there are
    /// never two questions about a train at the same time, and trains do not wait for each other. An answer goes to all
    /// who wait for it, and is not kept: the next call asks again. Any of these futures may be dropped, at any moment
    /// and on any thread, and the server may panic: if that ends the question, one of the others asks it again, or else
    /// the next call. May be awaited in any task.
    pub async fn of(&self, train: u32) -> Arc<str> {
        let question = {
            let mut asking = self.asking.lock().unwrap();
            let question = asking.get(&train).and_then(Weak::upgrade).unwrap_or_else(|| {
                Arc::new(Question { flight: tokio::sync::Mutex::default(), answer: Mutex::default() })
            });
            asking.insert(train, Arc::downgrade(&question));
            question
        };
        let mut flight = question.flight.lock().await;
        if let Some(answer) = &*question.answer.lock().unwrap() {
            return Arc::clone(answer);
        }
        let answer = poll_fn(|context| {
            // If it panics, it is gone, and the next one asks again.
            let mut asked = flight.take().unwrap_or_else(|| {
                let railway = Arc::clone(&self.railway);
                Box::pin(async move { railway.delay(train).await })
            });
            let polled = asked.as_mut().poll(context);
            if polled.is_pending() {
                *flight = Some(asked);
            }
            polled
        })
        .await;
        self.asking.lock().unwrap().remove(&train);
        *question.answer.lock().unwrap() = Some(Arc::clone(&answer));
        answer
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }
}
