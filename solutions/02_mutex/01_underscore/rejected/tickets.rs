//! verdict: deadlock a_print_that_is_cancelled_while_it_waits_holds_nobody_up
//! A `print` that is cancelled while it waits takes its ticket with it, and no later `print` is ever served.
//!
//! A printer that several tasks share.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::sync::watch;

/// The machine that prints. A page takes it a while.
pub trait Machine {
    fn print_page(&self, page: &str) -> impl Future<Output = ()> + Send;
}

/// Prints documents, one at a time.
pub struct Printer<M> {
    machine: M,
    tickets: AtomicUsize,
    serving: watch::Sender<usize>,
}

/// Serves the next ticket when it is dropped.
struct Turn<'a>(&'a watch::Sender<usize>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|ticket| *ticket += 1);
    }
}

impl<M: Machine> Printer<M> {
    pub fn new(machine: M) -> Self {
        Self { machine, tickets: AtomicUsize::new(0), serving: watch::Sender::new(0) }
    }

    /// Waits until the printer is free, then prints all pages of `document` in their order.
    pub async fn print(&self, document: &[&str]) {
        let ticket = self.tickets.fetch_add(1, SeqCst);
        let mut serving = self.serving.subscribe();
        serving.wait_for(|&served| served == ticket).await.expect("the printer is still there");
        let _turn = Turn(&self.serving);
        for page in document {
            self.machine.print_page(page).await;
        }
    }
}
