//! verdict: deadlock a_cancelled_document_gives_its_turn_away
//! A flag is not taken back when a print is cancelled: nobody ever prints again. A guard is, wherever it is dropped.
//!
//! A printer that several tasks share.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// The machine. It prints one page at a time, and that takes a while.
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

    /// Waits for its turn and prints all pages of a document.
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
