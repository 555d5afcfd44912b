//! verdict: compile-error cannot be sent between threads safely
//! rustc rejects `let _ =` with a `std` lock. But a `std` guard across an await makes the task not `Send`, and would block its thread.
//!
//! A printer that several tasks share.

use std::sync::Mutex;

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
        let _turn = self.turn.lock().unwrap();
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
