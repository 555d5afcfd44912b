//! verdict: failing-test a_receipt_is_printed_to_its_end_and_no_payment_follows
//! A terminal that prints is on the list of those that wait. If the shutdown begins then, its receipt is lost.
//!
//! A service for the payment terminals of a petrol station, and how it is shut down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinHandle, JoinSet, id};
use tokio::time::{Instant, timeout_at};

/// Where terminals connect. It is open until it is dropped.
pub trait Port: Send + 'static {
    type Terminal: Terminal;

    /// Waits for the next terminal. Dropping this future loses no terminal.
    fn accept(&mut self) -> impl Future<Output = Self::Terminal> + Send;
}

/// A terminal that has connected. It is disconnected when it is dropped.
pub trait Terminal: Send + 'static {
    /// Waits for the next payment and returns its amount, or `None` if the terminal has hung up. Dropping this future
    /// loses no payment.
    fn request(&mut self) -> impl Future<Output = Option<u32>> + Send;

    /// Prints a receipt.
    fn print(&mut self, receipt: u32) -> impl Future<Output = ()> + Send;
}

/// Charges cards.
pub trait Bank: Send + Sync + 'static {
    /// Charges a card and returns the number of the receipt. If this future is dropped half-way, nobody knows whether
    /// the card was charged.
    fn charge(&self, amount: u32) -> impl Future<Output = u32> + Send;
}

/// A service that is running. If you drop this, or the future of `shut_down`, everything is cut off.
pub struct Service {
    accepting: JoinHandle<JoinSet<()>>,
    stop: watch::Sender<bool>,
    desk: Arc<Mutex<Desk>>,
}

/// Terminals that wait can be aborted.
#[derive(Default)]
struct Desk {
    is_closed: bool,
    waiting: HashMap<Id, AbortHandle>,
}

impl Service {
    /// Starts the service. It serves all terminals at the same time, each of them one payment after the other, until
    /// the terminal hangs up. If a payment panics, only its own terminal is disconnected.
    pub fn start(port: impl Port, bank: impl Bank) -> Self {
        let (stop, token) = watch::channel(false);
        let desk = Arc::<Mutex<Desk>>::default();
        Self { accepting: tokio::spawn(accept(port, Arc::new(bank), Arc::clone(&desk), token)), stop, desk }
    }

    /// Shuts the service down. From this call on, no terminal is accepted and no payment begins. Terminals that wait
    /// are disconnected at once, and the others when their receipt is printed. Those that take longer than `grace` are
    /// cut off. Returns how many terminals were cut off, as soon as all are disconnected.
    pub async fn shut_down(self, grace: Duration) -> usize {
        let deadline = Instant::now() + grace;
        {
            let mut desk = self.desk.lock().unwrap();
            desk.is_closed = true;
            desk.waiting.drain().for_each(|(_, task)| task.abort());
        }
        self.stop.send_replace(true);
        let mut terminals = self.accepting.await.expect("accepting does not panic");
        let drained = timeout_at(deadline, async { while terminals.join_next().await.is_some() {} }).await;
        if drained.is_ok() {
            return 0;
        }
        terminals.abort_all();
        let mut cut_off = 0;
        while let Some(ended) = terminals.join_next().await {
            cut_off += usize::from(ended.is_err_and(|error| error.is_cancelled()));
        }
        cut_off
    }
}

async fn accept<P: Port, B: Bank>(
    mut port: P,
    bank: Arc<B>,
    desk: Arc<Mutex<Desk>>,
    mut token: watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut terminals = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = token.wait_for(|stop| *stop) => return terminals,
            Some(ended) = terminals.join_next_with_id() => {
                let id = match ended {
                    Ok((id, ())) => id,
                    Err(error) => error.id(),
                };
                desk.lock().unwrap().waiting.remove(&id);
            }
            terminal = port.accept() => {
                let mut open = desk.lock().unwrap();
                if open.is_closed {
                    return terminals;
                }
                let task = terminals.spawn(serve(terminal, Arc::clone(&bank), Arc::clone(&desk)));
                open.waiting.insert(task.id(), task);
            }
        }
    }
}

async fn serve<T: Terminal, B: Bank>(mut terminal: T, bank: Arc<B>, desk: Arc<Mutex<Desk>>) {
    loop {
        let Some(amount) = terminal.request().await else { return };
        // From here on, nobody aborts this task before the deadline.
        let task = {
            let mut desk = desk.lock().unwrap();
            if desk.is_closed {
                return;
            }
            desk.waiting.remove(&id())
        };
        let receipt = bank.charge(amount).await;
        {
            let mut desk = desk.lock().unwrap();
            if !desk.is_closed {
                desk.waiting.extend(task.map(|task| (id(), task)));
            }
        }
        terminal.print(receipt).await;
        if desk.lock().unwrap().is_closed {
            return;
        }
    }
}
