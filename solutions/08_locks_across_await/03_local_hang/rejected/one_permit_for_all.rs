//! verdict: failing-test two_consoles_have_nothing_in_common
//! The permit is a `static`: a print on one console keeps all other consoles waiting.
//!
//! A console for local tasks: all of them run on one thread and share one line.

use std::cell::Cell;

use tokio::sync::Semaphore;

/// A line to the terminal. It takes one text at a time, and a text may take a while.
pub trait Line {
    fn write(&mut self, text: &str) -> impl Future<Output = ()>;
}

static PERMIT: Semaphore = Semaphore::const_new(1);

/// A line that goes back into its cell when it is dropped.
struct PutBack<'a, L> {
    line: Option<L>,
    cell: &'a Cell<Option<L>>,
}

impl<L> Drop for PutBack<'_, L> {
    fn drop(&mut self) {
        self.cell.set(self.line.take());
    }
}

/// A line that several tasks share.
pub struct Console<L> {
    line: Cell<Option<L>>,
}

impl<L: Line> Console<L> {
    pub fn new(line: L) -> Self {
        Self { line: Cell::new(Some(line)) }
    }

    /// Writes `texts` one after the other, with no texts of other prints in between.
    pub async fn print(&self, texts: &[&str]) {
        let _permit = PERMIT.acquire().await.expect("it is never closed");
        let mut line = PutBack { line: self.line.take(), cell: &self.line };
        for text in texts {
            if let Some(line) = &mut line.line {
                line.write(text).await;
            }
        }
    }
}
