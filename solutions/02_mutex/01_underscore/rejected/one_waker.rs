//! verdict: deadlock every_task_gets_its_turn
//! Remembers one waker: of several tasks that wait, only the last one is woken.
//!
//! A printer that several tasks share.

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
    waiting: Option<Waker>,
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
        if let Some(next) = turns.waiting.take() {
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
                turns.waiting = Some(context.waker().clone());
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
