//! verdict: failing-test background_work_belongs_to_the_request
//! A task-local value belongs to a future, and a spawned task is another future: its lines have no number.
//!
//! The log of a web server. Each line says to which request it belongs.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;
use tokio::task_local;

task_local! {
    /// The number of the request that is being handled.
    static REQUEST: u32;
}

/// Handles the request `number`: runs `work`, whose lines belong to this request, and returns its result.
pub async fn handle<T>(number: u32, work: impl Future<Output = T>) -> T {
    REQUEST.scope(number, work).await
}

/// Runs `work` in a task of its own. It belongs to the request of the caller, if there is one, and may outlive it.
pub fn in_background(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(work)
}

/// A log. Its clones share their lines.
#[derive(Clone, Default)]
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Log {
    /// Adds a line. It begins with the number of the request to which the caller belongs, or with `-` if there is none.
    pub fn line(&self, text: &str) {
        let request = REQUEST.try_with(|number| number.to_string()).unwrap_or("-".to_owned());
        self.lines.lock().unwrap().push(format!("{request}: {text}"));
    }

    /// All lines, in the order in which they were added.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}
