//! A service for the payment terminals of a petrol station, and how it is shut down.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
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

/// An order to shut down: until when, and to whom the number of terminals is sent that were cut off.
type Order = (Instant, oneshot::Sender<usize>);

/// A service that is running. If you drop this, or the future of `shut_down`, everything is cut off.
pub struct Service {
    order: oneshot::Sender<Order>,
}

impl Service {
    /// Starts the service. It serves all terminals at the same time, each of them one payment after the other, until
    /// the terminal hangs up. If a payment panics, only its own terminal is disconnected.
    pub fn start(port: impl Port, bank: impl Bank) -> Self {
        let (order, ordered) = oneshot::channel();
        tokio::spawn(supervise(port, Arc::new(bank), ordered));
        Self { order }
    }

    /// Shuts the service down. From this call on, no terminal is accepted and no payment begins. Terminals that wait
    /// are disconnected at once, and the others when their receipt is printed. Those that take longer than `grace` are
    /// cut off. Returns how many terminals were cut off, as soon as all are disconnected.
    pub async fn shut_down(self, grace: Duration) -> usize {
        let (answer, cut_off) = oneshot::channel();
        let _ = self.order.send((Instant::now() + grace, answer));
        cut_off.await.expect("a port does not panic")
    }
}

/// Does everything. If it returns early, the set aborts its tasks.
async fn supervise<P: Port, B: Bank>(mut port: P, bank: Arc<B>, mut ordered: oneshot::Receiver<Order>) {
    let (stop, token) = watch::channel(());
    let mut terminals = JoinSet::new();
    let order = loop {
        tokio::select! {
            biased;
            order = &mut ordered => break order,
            Some(_) = terminals.join_next() => {}
            terminal = port.accept() => {
                terminals.spawn(serve(terminal, Arc::clone(&bank), token.clone()));
            }
        }
    };
    drop(port);
    // An error means that the service was dropped.
    let Ok((deadline, mut answer)) = order else { return };
    drop(stop);
    let drained = tokio::select! {
        biased;
        () = answer.closed() => return,
        drained = timeout_at(deadline, async { while terminals.join_next().await.is_some() {} }) => drained,
    };
    let mut cut_off = 0;
    if drained.is_err() {
        terminals.abort_all();
        while let Some(ended) = terminals.join_next().await {
            cut_off += usize::from(ended.is_err_and(|error| error.is_cancelled()));
        }
    }
    let _ = answer.send(cut_off);
}

async fn serve<T: Terminal, B: Bank>(mut terminal: T, bank: Arc<B>, mut token: watch::Receiver<()>) {
    loop {
        let request = tokio::select! {
            biased;
            // The sender is dropped when the service is to end.
            _ = token.changed() => return,
            request = terminal.request() => request,
        };
        let Some(amount) = request else { return };
        let receipt = bank.charge(amount).await;
        terminal.print(receipt).await;
    }
}
