//! verdict: deadlock a_payment_is_made_whole_or_not_at_all
//! The count of those connected is read and then written. If two terminals leave at once, one of them still counts.
//!
//! A service for the payment terminals of a petrol station, and how it is shut down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use tokio::sync::Notify;
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

/// A service that is running. If you drop this, or the future of `shut_down`, everything is cut off.
pub struct Service {
    hall: Arc<Hall>,
    /// The task that accepts. It owns the tasks of all terminals.
    accepting: JoinSet<()>,
}

/// Who is connected, and whether it is time to leave.
#[derive(Default)]
struct Hall {
    is_closing: AtomicBool,
    closing: Notify,
    connected: AtomicUsize,
    left: Notify,
}

impl Hall {
    async fn closes(&self) {
        let closing = self.closing.notified();
        if !self.is_closing.load(SeqCst) {
            closing.await;
        }
    }

    async fn is_empty(&self) {
        loop {
            let left = self.left.notified();
            if self.connected.load(SeqCst) == 0 {
                return;
            }
            left.await;
        }
    }
}

/// A place in the hall, for each terminal and for the port.
struct Place(Arc<Hall>);

impl Place {
    fn new(hall: &Arc<Hall>) -> Self {
        hall.connected.fetch_add(1, SeqCst);
        Place(Arc::clone(hall))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let connected = self.0.connected.load(SeqCst);
        self.0.connected.store(connected - 1, SeqCst);
        self.0.left.notify_waiters();
    }
}

impl Service {
    /// Starts the service. It serves all terminals at the same time, each of them one payment after the other, until
    /// the terminal hangs up. If a payment panics, only its own terminal is disconnected.
    pub fn start(port: impl Port, bank: impl Bank) -> Self {
        let hall = Arc::<Hall>::default();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(port, Arc::new(bank), Arc::clone(&hall), Place::new(&hall)));
        Self { hall, accepting }
    }

    /// Shuts the service down. From this call on, no terminal is accepted and no payment begins. Terminals that wait
    /// are disconnected at once, and the others when their receipt is printed. Those that take longer than `grace` are
    /// cut off. Returns how many terminals were cut off, as soon as all are disconnected.
    pub async fn shut_down(mut self, grace: Duration) -> usize {
        let deadline = Instant::now() + grace;
        self.hall.is_closing.store(true, SeqCst);
        self.hall.closing.notify_waiters();
        if timeout_at(deadline, self.hall.is_empty()).await.is_ok() {
            return 0;
        }
        let cut_off = self.hall.connected.load(SeqCst);
        self.accepting.abort_all();
        self.hall.is_empty().await;
        cut_off
    }
}

async fn accept<P: Port, B: Bank>(port: P, bank: Arc<B>, hall: Arc<Hall>, place: Place) {
    let mut terminals = JoinSet::new();
    {
        let (_place, mut port) = (place, port);
        loop {
            tokio::select! {
                biased;
                () = hall.closes() => break,
                terminal = port.accept() => {
                    let place = Place::new(&hall);
                    terminals.spawn(serve(terminal, Arc::clone(&bank), Arc::clone(&hall), place));
                }
                Some(_) = terminals.join_next() => {}
            }
        }
    }
    while terminals.join_next().await.is_some() {}
}

async fn serve<T: Terminal, B: Bank>(terminal: T, bank: Arc<B>, hall: Arc<Hall>, place: Place) {
    // The terminal is dropped before the place.
    let (_place, mut terminal) = (place, terminal);
    loop {
        let request = tokio::select! {
            biased;
            () = hall.closes() => return,
            request = terminal.request() => request,
        };
        let Some(amount) = request else { return };
        let receipt = bank.charge(amount).await;
        terminal.print(receipt).await;
    }
}
