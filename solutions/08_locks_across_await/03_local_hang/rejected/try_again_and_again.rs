//! verdict: failing-test on_smol_a_waiting_task_is_not_polled
//! Yields between two attempts, but keeps a processor busy for as long as it waits.
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
        let mut line = loop {
            if let Ok(line) = self.line.try_lock() {
                break line;
            }
            smol::future::yield_now().await;
        };
        for text in texts {
            line.write(text).await;
        }
    }
}
