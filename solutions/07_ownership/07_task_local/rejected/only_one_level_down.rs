//! verdict: failing-test background_work_may_start_more_of_it
//! Background work has a scope of another kind, which `in_background` does not ask for.
//!
//! The log of a web server. Each line says to which request it belongs.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

tokio::task_local! {
    static REQUEST: u32;
    static BACKGROUND: u32;
}

pub async fn handle<T>(number: u32, work: impl Future<Output = T>) -> T {
    REQUEST.scope(number, work).await
}

pub fn in_background(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    match REQUEST.try_with(|number| *number) {
        Ok(number) => tokio::spawn(BACKGROUND.scope(number, work)),
        Err(_) => tokio::spawn(work),
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
        let request = REQUEST
            .try_with(|number| number.to_string())
            .or_else(|_| BACKGROUND.try_with(|number| number.to_string()))
            .unwrap_or("-".to_owned());
        self.lines.lock().unwrap().push(format!("{request}: {text}"));
    }

    /// All lines, in the order in which they were added.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}
