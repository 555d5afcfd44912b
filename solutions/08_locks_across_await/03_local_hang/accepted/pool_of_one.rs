//! A console for local tasks: all of them run on one thread and share one line.

use smol::channel::{Receiver, Sender, bounded};

/// A line to the terminal. It takes one text at a time, and a text may take a while.
pub trait Line {
    fn write(&mut self, text: &str) -> impl Future<Output = ()>;
}

/// A line that goes back when it is dropped.
struct GivenBack<'a, L> {
    line: Option<L>,
    free: &'a Sender<L>,
}

impl<L> Drop for GivenBack<'_, L> {
    fn drop(&mut self) {
        if let Some(line) = self.line.take() {
            let _ = self.free.try_send(line);
        }
    }
}

/// A line that several tasks share.
pub struct Console<L> {
    /// Holds the line while nobody uses it.
    free: Sender<L>,
    taken: Receiver<L>,
}

impl<L: Line> Console<L> {
    pub fn new(line: L) -> Self {
        let (free, taken) = bounded(1);
        let console = Self { free, taken };
        let _ = console.free.try_send(line);
        console
    }

    /// Writes `texts` one after the other, with no texts of other prints in between.
    pub async fn print(&self, texts: &[&str]) {
        let line = self.taken.recv().await.expect("`self` has a sender");
        let mut line = GivenBack { line: Some(line), free: &self.free };
        for text in texts {
            if let Some(line) = &mut line.line {
                line.write(text).await;
            }
        }
    }
}
