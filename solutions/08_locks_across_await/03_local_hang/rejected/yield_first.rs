//! verdict: deadlock
//! Yields before it locks. The other tasks lock as well.
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
        smol::future::yield_now().await;
        let mut line = self.line.lock().unwrap();
        for text in texts {
            line.write(text).await;
        }
    }
}
