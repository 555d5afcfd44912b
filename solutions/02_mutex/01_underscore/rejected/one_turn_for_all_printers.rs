//! verdict: failing-test two_printers_do_not_wait_for_each_other
//! A `static` mutex is shared by all printers: they wait for each other.
//!
//! A printer that several tasks share.

use tokio::sync::Mutex;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Held while a document is printed.
static TURN: Mutex<()> = Mutex::const_new(());

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        let _turn = TURN.lock().await;
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
