//! verdict: failing-test a_cancelled_print_leaves_the_line_free
//! Takes the line out and puts it back after the last await, which a cancelled print never reaches.
//!
//! A console for local tasks: all of them run on one thread and share one line.

use std::cell::Cell;

use tokio::sync::Notify;

/// A line to the terminal. It takes one text at a time, and a text may take a while.
pub trait Line {
    fn write(&mut self, text: &str) -> impl Future<Output = ()>;
}

/// A line that several tasks share.
pub struct Console<L> {
    line: Cell<Option<L>>,
    back: Notify,
}

impl<L: Line> Console<L> {
    pub fn new(line: L) -> Self {
        Self { line: Cell::new(Some(line)), back: Notify::new() }
    }

    /// Writes `texts` one after the other, with no texts of other prints in between.
    pub async fn print(&self, texts: &[&str]) {
        let mut line = loop {
            if let Some(line) = self.line.take() {
                break line;
            }
            self.back.notified().await;
        };
        for text in texts {
            line.write(text).await;
        }
        self.line.set(Some(line));
        self.back.notify_one();
    }
}
