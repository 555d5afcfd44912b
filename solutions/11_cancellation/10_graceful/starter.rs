//! A service for the payment terminals of a petrol station, and how it is shut down.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

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
    accepting: JoinHandle<()>,
}

impl Service {
    /// Starts the service. It serves all terminals at the same time, each of them one payment after the other, until
    /// the terminal hangs up. If a payment panics, only its own terminal is disconnected.
    pub fn start(port: impl Port, bank: impl Bank) -> Self {
        Self { accepting: tokio::spawn(accept(port, Arc::new(bank))) }
    }

    /// Shuts the service down. From this call on, no terminal is accepted and no payment begins. Terminals that wait
    /// are disconnected at once, and the others when their receipt is printed. Those that take longer than `grace` are
    /// cut off. Returns how many terminals were cut off, as soon as all are disconnected.
    pub async fn shut_down(self, grace: Duration) -> usize {
        self.accepting.abort();
        // TODO: which terminals are still connected, how do they learn of this, and when has the last one gone?
        sleep(grace).await;
        0
    }
}

async fn accept<P: Port, B: Bank>(mut port: P, bank: Arc<B>) {
    loop {
        let terminal = port.accept().await;
        tokio::spawn(serve(terminal, Arc::clone(&bank)));
    }
}

async fn serve<T: Terminal, B: Bank>(mut terminal: T, bank: Arc<B>) {
    while let Some(amount) = terminal.request().await {
        let receipt = bank.charge(amount).await;
        terminal.print(receipt).await;
    }
}
