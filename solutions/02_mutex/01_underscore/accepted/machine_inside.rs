//! A printer that several tasks share.

use tokio::sync::Mutex;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: Mutex<M>,
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine: Mutex::new(machine) }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        let machine = self.machine.lock().await;
        for page in document {
            machine.print_page(page).await;
        }
    }
}
