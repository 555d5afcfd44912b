//! verdict: deadlock
//! Keeps 32 wakers at most. A further one replaces the oldest, whose task then sleeps forever.
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
    is_lent: Cell<bool>,
    waiting: RefCell<VecDeque<Waker>>,
    line: RefCell<L>,
}

struct Lent<'a, L>(&'a Console<L>);

impl<L> Drop for Lent<'_, L> {
    fn drop(&mut self) {
        self.0.is_lent.set(false);
        let waiting: Vec<Waker> = self.0.waiting.borrow_mut().drain(..).collect();
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl<L: Line> Console<L> {
    pub fn new(line: L) -> Self {
        Self { is_lent: Cell::default(), waiting: RefCell::default(), line: RefCell::new(line) }
    }

    /// Writes `texts` one after the other, with no texts of other prints in between.
    pub async fn print(&self, texts: &[&str]) {
        poll_fn(|context| {
            if !self.is_lent.get() {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.borrow_mut();
            if waiting.len() == 32 {
                waiting.pop_front();
            }
            waiting.push_back(context.waker().clone());
            Poll::Pending
        })
        .await;
        self.is_lent.set(true);
        let _lent = Lent(self);
        let mut line = self.line.borrow_mut();
        for text in texts {
            line.write(text).await;
        }
    }
}
