//! The log of a web server. Each line says to which request it belongs.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

thread_local! {
    /// The number of the request that is being handled.
    static REQUEST: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Handles the request `number`: runs `work`, whose lines belong to this request, and returns its result.
pub async fn handle<T>(number: u32, work: impl Future<Output = T>) -> T {
    // TODO: while `work` waits, this thread handles other requests, and another thread may resume `work`.
    REQUEST.set(Some(number));
    let result = work.await;
    REQUEST.set(None);
    result
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
        let request = REQUEST.get().map_or("-".to_owned(), |number| number.to_string());
        self.lines.lock().unwrap().push(format!("{request}: {text}"));
    }

    /// All lines, in the order in which they were added.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}
