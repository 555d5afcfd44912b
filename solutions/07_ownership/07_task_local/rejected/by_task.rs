//! verdict: failing-test two_requests_may_share_a_task
//! Looks the request up by the id of the task. A task may handle two requests at once.
//!
//! The log of a web server. Each line says to which request it belongs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::task::{Id, JoinHandle, try_id};

type Requests = Mutex<Option<HashMap<Option<Id>, Vec<u32>>>>;

/// The requests that each task is handling.
static REQUESTS: Requests = Mutex::new(None);

fn current() -> Option<u32> {
    REQUESTS.lock().unwrap().get_or_insert_default().get(&try_id()).and_then(|numbers| numbers.last().copied())
}

/// Forgets the request when it has ended or was cancelled.
struct Handled(Option<Id>);

impl Drop for Handled {
    fn drop(&mut self) {
        if let Some(numbers) = REQUESTS.lock().unwrap().get_or_insert_default().get_mut(&self.0) {
            numbers.pop();
        }
    }
}

/// Handles the request `number`: runs `work`, whose lines belong to this request, and returns its result.
pub async fn handle<T>(number: u32, work: impl Future<Output = T>) -> T {
    REQUESTS.lock().unwrap().get_or_insert_default().entry(try_id()).or_default().push(number);
    let _handled = Handled(try_id());
    work.await
}

/// Runs `work` in a task of its own. It belongs to the request of the caller, if there is one, and may outlive it.
pub fn in_background(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    match current() {
        Some(number) => tokio::spawn(handle(number, work)),
        None => tokio::spawn(work),
    }
}

/// A log. Its clones share their lines.
#[derive(Clone, Default)]
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Log {
    /// Adds a line. It begins with the number of the request to which the caller belongs, or with `-` if there is none.
    pub fn line(&self, text: &str) {
        let request = current().map_or("-".to_owned(), |number| number.to_string());
        self.lines.lock().unwrap().push(format!("{request}: {text}"));
    }

    /// All lines, in the order in which they were added.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}
