use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use graceful::{Bank, Port, Service, Terminal};
use interleave::CountingWaker;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_secs(30);

/// A terminal comes each millisecond.
const PACE: Duration = Duration::from_millis(1);

/// Instead of a payment: the terminal hangs up.
const HANGS_UP: u32 = 0;

/// A payment of this amount panics, after as many seconds.
const BROKEN: u32 = 13;

/// A port. The test connects terminals.
struct Cables {
    plugged: UnboundedReceiver<Wire>,
    accepted: Arc<AtomicUsize>,
    /// How long it takes to accept a terminal. Terminals that come one after the other make few interleavings.
    pace: Duration,
}

impl Port for Cables {
    type Terminal = Wire;

    async fn accept(&mut self) -> Wire {
        if !self.pace.is_zero() {
            sleep(self.pace).await;
        }
        let Some(wire) = self.plugged.recv().await else { std::future::pending().await };
        self.accepted.fetch_add(1, SeqCst);
        wire
    }
}

/// A terminal, on the side of the service. Printing takes a second.
struct Wire {
    /// What customers pay, one after the other, or [`HANGS_UP`]. Then nobody comes.
    amounts: VecDeque<u32>,
    customers: Arc<Customers>,
}

impl Terminal for Wire {
    async fn request(&mut self) -> Option<u32> {
        match self.amounts.pop_front() {
            None => std::future::pending().await,
            amount => amount.filter(|amount| *amount != HANGS_UP),
        }
    }

    async fn print(&mut self, receipt: u32) {
        sleep(SECOND).await;
        self.customers.receipts.lock().unwrap().push(receipt);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.customers.is_disconnected.store(true, SeqCst);
    }
}

/// A terminal, on the side of the customers.
#[derive(Default)]
struct Customers {
    is_disconnected: AtomicBool,
    receipts: Mutex<Vec<u32>>,
}

impl Customers {
    fn is_connected(&self) -> bool {
        !self.is_disconnected.load(SeqCst)
    }

    /// All receipts until now.
    fn receipts(&self) -> Vec<u32> {
        self.receipts.lock().unwrap().clone()
    }
}

/// A bank that needs a second for each coin.
struct Slow {
    charged: Arc<Mutex<Vec<u32>>>,
    /// A clone of it exists for each payment under way.
    busy: Arc<()>,
}

impl Bank for Slow {
    async fn charge(&self, amount: u32) -> u32 {
        self.charged.lock().unwrap().push(amount);
        let _busy = Arc::clone(&self.busy);
        sleep(SECOND * amount).await;
        assert_ne!(amount, BROKEN, "on purpose: this payment is broken");
        amount * 100
    }
}

/// What the test has of a service.
struct Station {
    port: UnboundedSender<Wire>,
    accepted: Arc<AtomicUsize>,
    charged: Arc<Mutex<Vec<u32>>>,
    busy: Arc<()>,
}

/// Starts a service. At its port, there is a terminal for each list, whose customers pay these amounts.
fn start_with<const N: usize>(terminals: [&[u32]; N], pace: Duration) -> (Service, Station, [Arc<Customers>; N]) {
    let (port, plugged) = unbounded_channel();
    let (accepted, charged, busy) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<u32>>>::default(), Arc::new(()));
    let cables = Cables { plugged, accepted: Arc::clone(&accepted), pace };
    let bank = Slow { charged: Arc::clone(&charged), busy: Arc::clone(&busy) };
    let station = Station { port, accepted, charged, busy };
    let customers = terminals.map(|amounts| station.connect(amounts));
    (Service::start(cables, bank), station, customers)
}

/// Starts a service, and waits until all terminals are connected.
async fn start<const N: usize>(terminals: [&[u32]; N]) -> (Service, Station, [Arc<Customers>; N]) {
    let started = start_with(terminals, PACE);
    sleep(PACE * (N as u32 + 2)).await;
    started
}

impl Station {
    /// Connects a terminal whose customers pay these amounts, one after the other.
    fn connect(&self, amounts: &[u32]) -> Arc<Customers> {
        let customers = Arc::<Customers>::default();
        // An error means that the port is closed. Then the terminal is dropped.
        let _ = self.port.send(Wire { amounts: amounts.iter().copied().collect(), customers: Arc::clone(&customers) });
        customers
    }

    /// All payments that have begun.
    fn charged(&self) -> Vec<u32> {
        self.charged.lock().unwrap().clone()
    }

    /// How many payments are at the bank now, if the bank itself still exists.
    fn at_the_bank(&self) -> usize {
        Arc::strong_count(&self.busy).saturating_sub(2)
    }
}

#[interleave::test(flavor = "current_thread")]
async fn waiting_terminals_are_disconnected_at_once() {
    let (service, station, waiting) = start([&[], &[], &[]]).await;
    assert!(waiting.iter().all(|terminal| terminal.is_connected()), "terminals wait, and one is disconnected");
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "three terminals waited; left: how many were cut off");
    assert_eq!(start.elapsed(), Duration::ZERO, "all terminals waited for customers; left: how long `shut_down` took");
    assert!(
        !waiting.iter().any(|terminal| terminal.is_connected()),
        "`shut_down` has returned, and a terminal is still connected"
    );
    assert!(station.port.is_closed(), "`shut_down` has returned, and the port is still open");
}

#[interleave::test]
async fn a_payment_under_way_is_completed() {
    let (service, station, [customers]) = start([&[5]]).await;
    sleep(SECOND).await;
    let start = Instant::now();
    let look = async {
        sleep(SECOND).await;
        assert!(station.port.is_closed(), "`shut_down` was called a second ago, and the port is still open");
    };
    let (cut_off, ()) = tokio::join!(service.shut_down(GRACE), look);
    assert_eq!(
        customers.receipts(),
        [500],
        "a payment was under way, and there was time for it; left: the receipts when `shut_down` has returned"
    );
    assert_eq!(cut_off, 0, "there was time for everything; left: how many terminals were cut off");
    assert!(!customers.is_connected(), "`shut_down` has returned, and a terminal is still connected");
    let left = 5 * SECOND - 2 * PACE;
    assert_eq!(start.elapsed(), left, "right: what was left of the payment; left: how long `shut_down` took");
}

#[interleave::test]
async fn a_receipt_is_printed_to_its_end_and_no_payment_follows() {
    let (service, station, [customers]) = start([&[1, 2]]).await;
    sleep(SECOND + SECOND / 2).await;
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
    assert_eq!(
        (station.charged(), customers.receipts()),
        (vec![1], vec![100]),
        "a receipt was being printed, and a customer waited to pay 2; left: what was charged, and the receipts",
    );
    let left = SECOND / 2 - 2 * PACE;
    assert_eq!(start.elapsed(), left, "right: what was left of the printing; left: how long `shut_down` took");
}

#[interleave::test]
async fn after_the_call_no_payment_begins() {
    let (service, station, [customers]) = start([&[5, 6]]).await;
    sleep(SECOND).await;
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
    assert_eq!(
        (station.charged(), customers.receipts()),
        (vec![5], vec![500]),
        "a payment of 5 was under way, and a customer waited to pay 6; left: what was charged, and the receipts",
    );
    let left = 5 * SECOND - 2 * PACE;
    assert_eq!(start.elapsed(), left, "right: what was left of the first payment; left: how long `shut_down` took");
}

#[interleave::test]
async fn after_the_call_no_terminal_is_accepted() {
    let (service, station, [first]) = start([&[3]]).await;
    {
        let mut shutting_down = pin!(service.shut_down(GRACE));
        let polled = CountingWaker::new().poll(shutting_down.as_mut());
        assert!(polled.is_pending(), "a payment is under way, and `shut_down` has returned");
        // `shut_down` has been called. This terminal is quick, but later.
        let late = station.connect(&[7]);
        sleep(SECOND).await;
        assert!(station.port.is_closed(), "`shut_down` was called a second ago, and the port is still open");
        assert!(!late.is_connected(), "a terminal came after the call, and is still connected");
        assert_eq!(shutting_down.await, 0, "left: how many terminals were cut off");
    }
    assert_eq!(station.accepted.load(SeqCst), 1, "a second terminal came after the call; left: how many were accepted");
    assert_eq!(station.charged(), [3], "left: what was charged");
    assert_eq!(first.receipts(), [300], "left: the receipts of the first terminal");
}

#[interleave::test(flavor = "current_thread")]
async fn what_is_not_done_in_time_is_cut_off() {
    let (service, station, terminals) = start([&[20], &[1000], &[1000], &[1000]]).await;
    let start = Instant::now();
    let cut_off = service.shut_down(GRACE).await;
    assert_eq!(
        (terminals.iter().filter(|terminal| terminal.is_connected()).count(), station.at_the_bank()),
        (0, 0),
        "`shut_down` has returned; left: how many terminals are still connected, and how many payments still run",
    );
    assert_eq!(start.elapsed(), GRACE, "three of four payments take very long; left: how long `shut_down` took");
    assert_eq!(cut_off, 3, "one of four payments was done in time; left: how many terminals were cut off");
    let [quick, slow @ ..] = terminals;
    assert_eq!(quick.receipts(), [2000], "there was time for this payment; left: its receipt");
    let receipts: Vec<u32> = slow.iter().flat_map(|terminal| terminal.receipts()).collect();
    assert_eq!(receipts, [], "there was no time for the other payments; left: their receipts");
}

#[interleave::test]
async fn a_payment_that_is_cut_off_has_ended() {
    let (service, station, [paying]) = start([&[1000]]).await;
    assert_eq!(service.shut_down(GRACE).await, 1, "the payment takes very long; left: how many terminals were cut off");
    assert_eq!(
        (paying.is_connected(), station.at_the_bank()),
        (false, 0),
        "`shut_down` has returned; left: whether the terminal is still connected, and how many payments still run",
    );
}

#[interleave::test(flavor = "current_thread")]
async fn a_payment_that_panics_ends_only_its_own_terminal() {
    let (_service, station, [broken, fine]) = start([&[BROKEN], &[20]]).await;
    sleep(SECOND * (BROKEN + 1)).await;
    assert!(!broken.is_connected(), "the payment of one terminal has panicked, and this terminal is still connected");
    let late = station.connect(&[1]);
    sleep(SECOND * 8).await;
    assert_eq!(
        (fine.receipts(), late.receipts()),
        (vec![2000], vec![100]),
        "the payment of a terminal has panicked; left: the receipts of one that was there, and of one that came later"
    );
}

#[interleave::test(flavor = "current_thread")]
async fn a_payment_that_panics_during_the_shutdown_ends_only_its_own_terminal() {
    let (service, _station, [broken, fine]) = start([&[BROKEN], &[20]]).await;
    let start = Instant::now();
    let cut_off = service.shut_down(GRACE).await;
    assert_eq!(
        fine.receipts(),
        [2000],
        "the payment of another terminal panicked during the shutdown; left: the receipts of this one"
    );
    assert!(!broken.is_connected(), "`shut_down` has returned, and a terminal is still connected");
    assert_eq!(cut_off, 0, "one of two payments panicked, and there was time for both; left: how many were cut off");
    let left = 21 * SECOND - 2 * PACE;
    assert_eq!(start.elapsed(), left, "right: what was left of the longer payment; left: how long `shut_down` took");
}

/// A service with a payment under way is dropped by `end`.
async fn everything_is_cut_off(dropped: &str, end: impl AsyncFnOnce(Service)) {
    let (service, station, [paying]) = start([&[5]]).await;
    end(service).await;
    sleep(SECOND).await;
    assert_eq!(
        [paying.is_connected(), !station.port.is_closed(), station.at_the_bank() > 0],
        [false; 3],
        "{dropped} a second ago; left: whether the terminal is connected, the port is open, and the payment still runs",
    );
    sleep(10 * SECOND).await;
    assert_eq!(paying.receipts(), [], "{dropped} in the middle of a payment; left: the receipts");
}

#[interleave::test]
async fn a_service_that_is_dropped_is_cut_off() {
    everything_is_cut_off("the service was dropped", async |service| drop(service)).await;
}

#[interleave::test(flavor = "current_thread")]
async fn a_shutdown_that_is_dropped_cuts_everything_off() {
    everything_is_cut_off("`shut_down` was dropped", async |service| {
        let shutting_down = timeout(SECOND, service.shut_down(GRACE)).await;
        assert!(shutting_down.is_err(), "a payment is under way, and `shut_down` has returned");
    })
    .await;
}

#[interleave::test(flavor = "current_thread")]
async fn terminals_are_served_at_the_same_time() {
    let (_service, _station, [one, two, others @ ..]) =
        start([&[5, HANGS_UP], &[5, 1], &[5], &[5], &[5], &[5], &[5], &[5]]).await;
    sleep(6 * SECOND + SECOND / 2).await;
    assert_eq!(
        (one.receipts(), two.receipts()),
        (vec![500], vec![500]),
        "two terminals asked at once, and a payment takes 6 s with its receipt; left: the receipts after 6.5 s"
    );
    let served = others.iter().filter(|other| other.receipts() == [500]).count();
    assert_eq!(served, 6, "six more terminals asked at the same time; left: how many of them have a receipt");
    assert!(!one.is_connected(), "one terminal has hung up, and is still connected");
    sleep(2 * SECOND).await;
    assert_eq!(two.receipts(), [500, 100], "then a customer paid 1 at the second terminal; left: the receipts");
    assert!(two.is_connected(), "one terminal has hung up, and another one is disconnected");
}

#[interleave::test]
async fn a_shutdown_that_waits_sleeps() {
    let (service, _station, [customers]) = start([&[10]]).await;
    let waker = CountingWaker::new();
    let mut shutting_down = pin!(service.shut_down(GRACE));
    for _ in 0..3 {
        assert!(
            waker.poll(shutting_down.as_mut()).is_pending(),
            "a payment is under way, and `shut_down` has returned"
        );
        sleep(SECOND).await;
    }
    let seen = waker.wakes();
    sleep(SECOND).await;
    assert!(waker.poll(shutting_down.as_mut()).is_pending(), "a payment is under way, and `shut_down` has returned");
    sleep(SECOND).await;
    assert_eq!(
        waker.wakes(),
        seen,
        "a payment was under way; left: how often `shut_down` was woken meanwhile, and before"
    );
    assert_eq!(shutting_down.await, 0, "left: how many terminals were cut off");
    assert_eq!(customers.receipts(), [1000], "left: the receipts");
}

#[interleave::test]
async fn two_services_are_independent() {
    let (service, station, []) = start([]).await;
    let (_other, other_station, [two]) = start([&[3, 1]]).await;
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "no terminal was connected; left: how many were cut off");
    assert_eq!(start.elapsed(), Duration::ZERO, "no terminal was connected; left: how long `shut_down` took");
    assert!(station.port.is_closed(), "`shut_down` has returned, and the port is still open");
    sleep(7 * SECOND).await;
    assert_eq!(two.receipts(), [300, 100], "another service was shut down; left: the receipts of this one");
    assert!(
        two.is_connected() && !other_station.port.is_closed(),
        "another service was shut down, and this one as well"
    );
}

#[interleave::test]
async fn a_payment_is_made_whole_or_not_at_all() {
    // All at once: the terminals may be too late. One of them pays, the other waits.
    let (service, station, terminals) = start_with([&[1], &[]], Duration::ZERO);
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
    let receipts: usize = terminals.iter().map(|terminal| terminal.receipts().len()).sum();
    assert_eq!(
        receipts,
        station.charged().len(),
        "two terminals came while the service was shut down; left: how many receipts they have; right: how many \
         payments were charged"
    );
    assert!(
        !terminals.iter().any(|terminal| terminal.is_connected()),
        "`shut_down` has returned, and a terminal is still connected"
    );
    assert!(start.elapsed() <= 2 * SECOND, "a payment and its receipt take two seconds; `shut_down` took longer");
}
