//! verdict: failing-test on_tokio_two_tasks_share_the_line
//! An async mutex, but locked anew for each text: the texts of two tasks get mixed.
//!
//! A console for local tasks: all of them run on one thread and share one line.

use tokio::sync::Mutex;

/// The way to the terminal. It takes one text at a time, and may keep its caller waiting.
pub trait Line {
    fn write(&mut self, text: &str) -> impl Future<Output = ()>;
}

/// A line that several tasks share.
pub struct Console<L> {
    line: Mutex<L>,
}

impl<L: Line> Console<L> {
    pub fn new(line: L) -> Self {
        Self { line: Mutex::new(line) }
    }

    /// Writes `texts` one after the other, with nobody else's in between.
    pub async fn print(&self, texts: &[&str]) {
        for text in texts {
            self.line.lock().await.write(text).await;
        }
    }
}
