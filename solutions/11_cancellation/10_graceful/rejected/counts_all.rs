//! verdict: failing-test what_is_not_done_in_time_is_cut_off
//! Counts the terminals that were connected at the call, and not those that were cut off.
//!
//! A service for the payment terminals of a petrol station, and how it is shut down.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
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
    /// The token: `true` when the service is to end. All tasks see it.
    stop: watch::Sender<bool>,
    accepting: JoinHandle<JoinSet<()>>,
}

impl Service {
    /// Starts the service. It serves all terminals at the same time, each of them one payment after the other, until
    /// the terminal hangs up. If a payment panics, only its own terminal is disconnected.
    pub fn start(port: impl Port, bank: impl Bank) -> Self {
        let (stop, token) = watch::channel(false);
        Self { stop, accepting: tokio::spawn(accept(port, Arc::new(bank), token)) }
    }

    /// Shuts the service down. From this call on, no terminal is accepted and no payment begins. Terminals that wait
    /// are disconnected at once, and the others when their receipt is printed. Those that take longer than `grace` are
    /// cut off. Returns how many terminals were cut off, as soon as all are disconnected.
    pub async fn shut_down(self, grace: Duration) -> usize {
        let deadline = Instant::now() + grace;
        self.stop.send_replace(true);
        let mut terminals = self.accepting.await.expect("a port does not panic");
        let connected = terminals.len();
        let drained = timeout_at(deadline, async { while terminals.join_next().await.is_some() {} });
        if drained.await.is_ok() {
            return 0;
        }
        terminals.shutdown().await;
        connected
    }
}

/// Accepts terminals until the token says stop, and returns the tasks that serve them.
async fn accept<P: Port, B: Bank>(mut port: P, bank: Arc<B>, mut token: watch::Receiver<bool>) -> JoinSet<()> {
    let mut terminals = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut token) => return terminals,
            // A set remembers each task until it is joined.
            Some(_) = terminals.join_next() => {}
            terminal = port.accept() => {
                terminals.spawn(serve(terminal, Arc::clone(&bank), token.clone()));
            }
        }
    }
}

async fn serve<T: Terminal, B: Bank>(mut terminal: T, bank: Arc<B>, mut token: watch::Receiver<bool>) {
    loop {
        let request = tokio::select! {
            biased;
            () = stopped(&mut token) => return,
            request = terminal.request() => request,
        };
        let Some(amount) = request else { return };
        // Outside of `select!`: what has begun is not cancelled by the token.
        let receipt = bank.charge(amount).await;
        terminal.print(receipt).await;
    }
}

/// Waits until the token says stop, or there is no service any more.
async fn stopped(token: &mut watch::Receiver<bool>) {
    let _ = token.wait_for(|stop| *stop).await;
}
