//! verdict: deadlock a_cancelled_document_frees_the_printer_at_once
//! A cancelled `print` does not reset the flag, so nobody ever prints again. A guard unlocks wherever it is dropped.
//!
//! A printer that several tasks share.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    busy: AtomicBool,
    done: Notify,
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, busy: AtomicBool::new(false), done: Notify::new() }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        while self.busy.swap(true, Ordering::Relaxed) {
            self.done.notified().await;
        }
        for page in document {
            self.machine.print_page(page).await;
        }
        self.busy.store(false, Ordering::Relaxed);
        self.done.notify_one();
    }
}
