//! verdict: compile-error between threads safely
//! Keeps the turn in a `Cell`, which is not `Sync`, so tasks on different threads cannot share the printer.
//!
//! A printer that several tasks share.

use std::cell::Cell;

use tokio::sync::Notify;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    busy: Cell<bool>,
    free: Notify,
}

struct Turn<'a>(&'a Cell<bool>, &'a Notify);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
        self.1.notify_one();
    }
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, busy: Cell::new(false), free: Notify::new() }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        while self.busy.replace(true) {
            self.free.notified().await;
        }
        let _turn = Turn(&self.busy, &self.free);
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
