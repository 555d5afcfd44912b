//! A printer that several tasks share.

use tokio::sync::Semaphore;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    /// Held while a document is printed.
    turn: Semaphore,
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, turn: Semaphore::new(1) }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        let _turn = self.turn.acquire().await.expect("the semaphore is never closed");
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
