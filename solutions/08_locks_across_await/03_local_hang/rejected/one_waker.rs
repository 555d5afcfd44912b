//! verdict: deadlock
//! Keeps one waker. That of a second waiting task replaces that of the first, which sleeps forever.
//!
//! A console for local tasks: all of them run on one thread and share one line.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A line to the terminal. It takes one text at a time, and a text may take a while.
pub trait Line {
    fn write(&mut self, text: &str) -> impl Future<Output = ()>;
}

/// A line that several tasks share.
pub struct Console<L> {
    line: Cell<Option<L>>,
    waiting: RefCell<VecDeque<Waker>>,
}

/// The line, lent to one `print`. It goes back when this is dropped.
struct Lent<'a, L> {
    line: Option<L>,
    console: &'a Console<L>,
}

impl<L> Drop for Lent<'_, L> {
    fn drop(&mut self) {
        self.console.line.set(self.line.take());
        if let Some(waker) = self.console.waiting.borrow_mut().pop_front() {
            waker.wake();
        }
    }
}

impl<L: Line> Console<L> {
    pub fn new(line: L) -> Self {
        Self { line: Cell::new(Some(line)), waiting: RefCell::default() }
    }

    /// Writes `texts` one after the other, with no texts of other prints in between.
    pub async fn print(&self, texts: &[&str]) {
        let line = poll_fn(|context| match self.line.take() {
            Some(line) => Poll::Ready(line),
            None => {
                let mut waiting = self.waiting.borrow_mut();
                waiting.clear();
                waiting.push_back(context.waker().clone());
                Poll::Pending
            }
        })
        .await;
        let mut lent = Lent { line: Some(line), console: self };
        for text in texts {
            if let Some(line) = &mut lent.line {
                line.write(text).await;
            }
        }
    }
}
