//! verdict: deadlock
//! Holds the guard for one text at a time. It is still held across an await, and `lock` still blocks the thread.
//!
//! A console for local tasks: all of them run on one thread and share one line.

use std::sync::Mutex;

/// A line to the terminal. It takes one text at a time, and a text may take a while.
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

    /// Writes `texts` one after the other, with no texts of other prints in between.
    pub async fn print(&self, texts: &[&str]) {
        for text in texts {
            self.line.lock().unwrap().write(text).await;
        }
    }
}
