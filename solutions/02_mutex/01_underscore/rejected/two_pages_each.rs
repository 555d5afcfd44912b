//! verdict: failing-test all_pages_of_all_documents_are_printed
//! Prints only two pages of each document, which is enough for most examples.
//!
//! A printer that several tasks share.

use tokio::sync::Mutex;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    /// Held while a document is printed.
    turn: Mutex<()>,
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, turn: Mutex::new(()) }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        let _turn = self.turn.lock().await;
        for page in document.iter().take(2) {
            self.machine.print_page(page).await;
        }
    }
}
