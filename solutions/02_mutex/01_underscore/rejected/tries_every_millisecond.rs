//! verdict: failing-test a_print_waits_as_long_as_the_document_before_it_takes
//! Starts on time, but polls every millisecond instead of sleeping.
//!
//! A printer that several tasks share.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;

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
        let _turn = loop {
            match self.turn.try_lock() {
                Ok(turn) => break turn,
                Err(_) => sleep(Duration::from_millis(1)).await,
            }
        };
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
