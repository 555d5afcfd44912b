//! verdict: failing-test an_upload_that_is_dropped_when_its_turn_comes_keeps_no_turn
//! Hands the turn to the next upload in the queue. If that one is dropped before it is polled, nobody ever has a turn.
//!
//! The logbook of a lorry, uploaded to the office whenever there is coverage.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::oneshot;

/// The office could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCoverage;

/// The office, which has a copy of the logbook.
pub trait Office: Send + Sync + 'static {
    /// Stores `entries` behind those that the office has. It stores all of them when this returns `Ok`. If it returns
    /// an error, or is dropped, it has stored none.
    fn store(&self, entries: &[String]) -> impl Future<Output = Result<(), NoCoverage>> + Send;
}

/// A logbook. Tasks on several threads add entries and upload them.
pub struct Logbook<O> {
    office: O,
    entries: Mutex<Vec<String>>,
    queue: Mutex<Queue>,
}

impl<O: Office> Logbook<O> {
    pub fn new(office: O) -> Self {
        Self { office, entries: Mutex::default(), queue: Mutex::default() }
    }

    /// Adds an entry. Waits for no upload.
    pub fn add(&self, entry: &str) {
        self.entries.lock().unwrap().push(entry.to_owned());
    }

    /// Stores in the office all entries that were added before this call, each once and in their order. Returns when
    /// these are stored, even if others are added all the time. Uploads take turns: one sleeps while another one is
    /// under way. After an error, and if this future is dropped, the next upload stores what this one has not. If
    /// there is nothing to store, the office is not asked. May be awaited in any task.
    pub async fn upload(&self) -> Result<(), NoCoverage> {
        let waits = {
            let mut queue = self.queue.lock().unwrap();
            if queue.is_busy {
                let (sender, receiver) = oneshot::channel();
                queue.waiting.push_back(sender);
                Some(receiver)
            } else {
                queue.is_busy = true;
                None
            }
        };
        if let Some(my_turn) = waits {
            my_turn.await.expect("the sender is in the queue until it is used");
        }
        let _turn = Turn(&self.queue);
        let batch = self.entries.lock().unwrap().clone();
        if batch.is_empty() {
            return Ok(());
        }
        self.office.store(&batch).await?;
        self.entries.lock().unwrap().drain(..batch.len());
        Ok(())
    }

    pub fn office(&self) -> &O {
        &self.office
    }
}

/// Whose turn it is. The next one waits for a message.
#[derive(Default)]
struct Queue {
    is_busy: bool,
    waiting: VecDeque<oneshot::Sender<()>>,
}

struct Turn<'a>(&'a Mutex<Queue>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock().unwrap();
        while let Some(next) = queue.waiting.pop_front() {
            if next.send(()).is_ok() {
                return;
            }
        }
        queue.is_busy = false;
    }
}
