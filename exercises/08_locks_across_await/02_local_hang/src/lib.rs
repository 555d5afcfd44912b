//! A console for local tasks: all of them run on one thread and share one line.

use std::sync::Mutex;

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
        // TODO: whoever has to wait here must not take the thread to sleep with it.
        let mut line = self.line.lock().unwrap();
        for text in texts {
            line.write(text).await;
        }
    }
}
