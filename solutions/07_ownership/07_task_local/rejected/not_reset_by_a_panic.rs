//! verdict: failing-test a_request_that_panics_leaves_no_number_behind
//! Restores the number after each poll, but a poll that panics skips that line. A guard would restore it.
//!
//! The log of a web server. Each line says to which request it belongs.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

thread_local! {
    /// The number of the request that is being handled.
    static REQUEST: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Handles the request `number`: runs `work`, whose lines belong to this request, and returns its result.
pub async fn handle<T>(number: u32, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let before = REQUEST.replace(Some(number));
        let poll = work.as_mut().poll(context);
        REQUEST.set(before);
        poll
    })
    .await
}

/// Runs `work` in a task of its own. It belongs to the request of the caller, if there is one, and may outlive it.
pub fn in_background(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    match REQUEST.get() {
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
        let request = REQUEST.get().map_or("-".to_owned(), |number| number.to_string());
        self.lines.lock().unwrap().push(format!("{request}: {text}"));
    }

    /// All lines, in the order in which they were added.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}
