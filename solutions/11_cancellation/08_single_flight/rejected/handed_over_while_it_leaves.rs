//! verdict: failing-test two_callers_leave_at_the_same_time
//! A caller who leaves looks whether it has become the successor, and can become it just after that.
//!
//! The departure boards of a railway station. They ask a server for the delays of trains, one question for all boards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

/// The railway's server.
pub trait Railway: Send + Sync + 'static {
    /// The delay of a train, as it is known now. The question ends with this future: if it is dropped, there is no
    /// answer.
    fn delay(&self, train: u32) -> impl Future<Output = Arc<str>> + Send;
}

/// Knows whom to ask about delays. Boards on several threads share one.
pub struct Delays<R> {
    railway: R,
    asking: Mutex<Asking>,
}

/// Those who wait, for each train that somebody asks about.
type Asking = HashMap<u32, Vec<oneshot::Sender<Message>>>;

enum Message {
    Answer(Arc<str>),
    Ask,
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
        let waits = {
            let mut asking = self.asking.lock().unwrap();
            if let Some(waiting) = asking.get_mut(&train) {
                let (sender, receiver) = oneshot::channel();
                waiting.push(sender);
                Some(receiver)
            } else {
                asking.insert(train, Vec::new());
                None
            }
        };
        if let Some(mut receiver) = waits {
            let mut waiting = Waiting { delays: self, train, receiver: &mut receiver };
            let message = (&mut waiting.receiver).await.expect("the sender is in the map until it is used");
            if let Message::Answer(answer) = message {
                return answer;
            }
        }
        let mut entry = Entry { delays: self, train, answer: None };
        let answer = self.railway.delay(train).await;
        entry.answer = Some(Arc::clone(&answer));
        answer
    }

    pub fn railway(&self) -> &R {
        &self.railway
    }

    /// One of those who wait asks again.
    fn hand_over(&self, train: u32) {
        let mut asking = self.asking.lock().unwrap();
        let Some(waiting) = asking.get_mut(&train) else { return };
        while let Some(next) = waiting.pop() {
            if next.send(Message::Ask).is_ok() {
                return;
            }
        }
        asking.remove(&train);
    }
}

/// A caller who waits, and may leave before it knows that it is to ask.
struct Waiting<'a, R: Railway> {
    delays: &'a Delays<R>,
    train: u32,
    receiver: &'a mut oneshot::Receiver<Message>,
}

impl<R: Railway> Drop for Waiting<'_, R> {
    fn drop(&mut self) {
        if let Ok(Message::Ask) = self.receiver.try_recv() {
            self.delays.hand_over(self.train);
        }
    }
}

/// The caller who asks.
struct Entry<'a, R: Railway> {
    delays: &'a Delays<R>,
    train: u32,
    answer: Option<Arc<str>>,
}

impl<R: Railway> Drop for Entry<'_, R> {
    fn drop(&mut self) {
        let Some(answer) = self.answer.take() else { return self.delays.hand_over(self.train) };
        let waiting = self.delays.asking.lock().unwrap().remove(&self.train).unwrap_or_default();
        for sender in waiting {
            let _ = sender.send(Message::Answer(Arc::clone(&answer)));
        }
    }
}
