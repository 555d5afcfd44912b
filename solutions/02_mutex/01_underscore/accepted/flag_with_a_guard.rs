//! A printer that several tasks share.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use tokio::sync::Notify;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    busy: AtomicBool,
    freed: Notify,
}

/// Frees the printer when it is dropped.
struct Turn<'a, M>(&'a Printer<M>);

impl<M> Drop for Turn<'_, M> {
    fn drop(&mut self) {
        self.0.busy.store(false, SeqCst);
        self.0.freed.notify_one();
    }
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, busy: AtomicBool::new(false), freed: Notify::new() }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        while self.busy.swap(true, SeqCst) {
            self.freed.notified().await;
        }
        let _turn = Turn(self);
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
