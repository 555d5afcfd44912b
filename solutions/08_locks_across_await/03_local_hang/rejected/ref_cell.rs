//! verdict: panic
//! A `RefCell`, since there is only one thread: the second task panics instead of hanging.
//!
//! A console for local tasks: all of them run on one thread and share one line.

use std::cell::RefCell;

/// A line to the terminal. It takes one text at a time, and a text may take a while.
pub trait Line {
    fn write(&mut self, text: &str) -> impl Future<Output = ()>;
}

/// A line that several tasks share.
pub struct Console<L> {
    line: RefCell<L>,
}

impl<L: Line> Console<L> {
    pub fn new(line: L) -> Self {
        Self { line: RefCell::new(line) }
    }

    /// Writes `texts` one after the other, with no texts of other prints in between.
    pub async fn print(&self, texts: &[&str]) {
        let mut line = self.line.borrow_mut();
        for text in texts {
            line.write(text).await;
        }
    }
}
