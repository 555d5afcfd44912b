//! verdict: deadlock a_turn_that_is_not_taken_is_passed_on
//! Wakes the first `print` in the queue: if that one is cancelled before it is polled, nobody wakes the next.
//!
//! A printer that several tasks share.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Mutex;
use std::task::{Poll, Waker};

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

#[derive(Default)]
struct Turns {
    busy: bool,
    waiting: VecDeque<Waker>,
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    turns: Mutex<Turns>,
}

struct Turn<'a>(&'a Mutex<Turns>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turns = self.0.lock().unwrap();
        turns.busy = false;
        if let Some(next) = turns.waiting.pop_front() {
            next.wake();
        }
    }
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, turns: Mutex::default() }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        poll_fn(|context| {
            let mut turns = self.turns.lock().unwrap();
            if turns.busy {
                turns.waiting.push_back(context.waker().clone());
                return Poll::Pending;
            }
            turns.busy = true;
            Poll::Ready(())
        })
        .await;
        let _turn = Turn(&self.turns);
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
