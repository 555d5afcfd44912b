//! verdict: failing-test waiting_terminals_are_disconnected_at_once
//! The service keeps a sender of the channel that is to close when the last task has ended. So it closes never, and
//! every shutdown takes all of the grace.
//!
//! A service for the payment terminals of a petrol station, and how it is shut down.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

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

/// What the tasks are to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// What has begun goes on.
    Draining,
    /// Nothing goes on.
    Over,
}

/// A service that is running. If you drop this, or the future of `shut_down`, everything is cut off.
pub struct Service {
    phase: watch::Sender<Phase>,
    /// Nothing is ever sent. Each task has a sender, so this closes when the last one has ended.
    tasks: mpsc::Receiver<Infallible>,
    _task: mpsc::Sender<Infallible>,
    cut_off: Arc<AtomicUsize>,
}

impl Service {
    /// Starts the service. It serves all terminals at the same time, each of them one payment after the other, until
    /// the terminal hangs up. If a payment panics, only its own terminal is disconnected.
    pub fn start(port: impl Port, bank: impl Bank) -> Self {
        let (phase, token) = watch::channel(Phase::Serving);
        let (task, tasks) = mpsc::channel(1);
        let cut_off = Arc::new(AtomicUsize::new(0));
        tokio::spawn(accept(task.clone(), port, Arc::new(bank), token, Arc::clone(&cut_off)));
        Self { phase, tasks, _task: task, cut_off }
    }

    /// Shuts the service down. From this call on, no terminal is accepted and no payment begins. Terminals that wait
    /// are disconnected at once, and the others when their receipt is printed. Those that take longer than `grace` are
    /// cut off. Returns how many terminals were cut off, as soon as all are disconnected.
    pub async fn shut_down(mut self, grace: Duration) -> usize {
        self.phase.send_replace(Phase::Draining);
        if timeout(grace, self.tasks.recv()).await.is_err() {
            self.phase.send_replace(Phase::Over);
        }
        self.cut_off.load(Ordering::SeqCst)
    }
}

/// Drops `task` behind the port: parameters are dropped in reverse.
async fn accept<P: Port, B: Bank>(
    task: mpsc::Sender<Infallible>,
    mut port: P,
    bank: Arc<B>,
    mut token: watch::Receiver<Phase>,
    cut_off: Arc<AtomicUsize>,
) {
    loop {
        let terminal = tokio::select! {
            biased;
            () = reached(&mut token, Phase::Draining) => return,
            terminal = port.accept() => terminal,
        };
        let (bank, mut token, task, cut_off) = (Arc::clone(&bank), token.clone(), task.clone(), Arc::clone(&cut_off));
        tokio::spawn(async move {
            // Moved here, so that it is dropped behind the terminal.
            let _task = task;
            let serving = serve(terminal, bank, token.clone());
            tokio::select! {
                biased;
                () = reached(&mut token, Phase::Over) => {
                    cut_off.fetch_add(1, Ordering::SeqCst);
                }
                () = serving => {}
            }
        });
    }
}

async fn serve<T: Terminal, B: Bank>(mut terminal: T, bank: Arc<B>, mut token: watch::Receiver<Phase>) {
    loop {
        let request = tokio::select! {
            biased;
            () = reached(&mut token, Phase::Draining) => return,
            request = terminal.request() => request,
        };
        let Some(amount) = request else { return };
        let receipt = bank.charge(amount).await;
        terminal.print(receipt).await;
    }
}

/// Waits until the service has come this far, or is gone.
async fn reached(token: &mut watch::Receiver<Phase>, phase: Phase) {
    let _ = token.wait_for(|now| *now >= phase).await;
}
