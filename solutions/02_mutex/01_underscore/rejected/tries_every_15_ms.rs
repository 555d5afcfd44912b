//! verdict: failing-test the_next_document_begins_when_the_one_before_is_done
//! Holds its turn, but asks for it now and then instead of queueing: the printer stands still in between.
//!
//! A printer that several tasks share.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;

/// The machine. It prints one page at a time, and that takes a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    /// Whoever prints holds this.
    turn: Mutex<()>,
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, turn: Mutex::new(()) }
    }

    /// Waits for its turn and prints all pages of a document.
    pub async fn print(&self, document: &[&str]) {
        let _turn = loop {
            match self.turn.try_lock() {
                Ok(turn) => break turn,
                Err(_) => sleep(Duration::from_millis(15)).await,
            }
        };
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
