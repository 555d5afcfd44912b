//! verdict: failing-test a_print_waits_as_long_as_the_document_before_it_takes
//! Does not wait if there is nothing to print.
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
    turn: Mutex<()>,
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, turn: Mutex::new(()) }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        if document.is_empty() {
            return;
        }
        let _turn = self.turn.lock().await;
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
