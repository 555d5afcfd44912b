use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use graceful::{Bank, Port, Service, Terminal};
use interleave::CountingWaker;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_secs(30);

/// A payment of this amount panics, after as many seconds.
const BROKEN: u32 = 13;

/// A port. The test connects terminals.
struct Cables {
    plugged: UnboundedReceiver<Wire>,
    accepted: Arc<AtomicUsize>,
}

impl Port for Cables {
    type Terminal = Wire;

    async fn accept(&mut self) -> Wire {
        let Some(wire) = self.plugged.recv().await else { std::future::pending().await };
        self.accepted.fetch_add(1, SeqCst);
        wire
    }
}

/// A terminal, on the side of the service. Printing takes a second.
struct Wire {
    requests: UnboundedReceiver<u32>,
    receipts: UnboundedSender<u32>,
}

impl Terminal for Wire {
    async fn request(&mut self) -> Option<u32> {
        self.requests.recv().await
    }

    async fn print(&mut self, receipt: u32) {
        sleep(SECOND).await;
        let _ = self.receipts.send(receipt);
    }
}

/// A terminal, on the side of the customers.
struct Customers {
    requests: UnboundedSender<u32>,
    receipts: UnboundedReceiver<u32>,
}

impl Customers {
    fn pay(&self, amount: u32) {
        let _ = self.requests.send(amount);
    }

    fn is_connected(&self) -> bool {
        !self.requests.is_closed()
    }

    /// All receipts until now.
    fn receipts(&mut self) -> Vec<u32> {
        std::iter::from_fn(|| self.receipts.try_recv().ok()).collect()
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

fn start() -> (Service, Station) {
    let (port, plugged) = unbounded_channel();
    let (accepted, charged, busy) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<u32>>>::default(), Arc::new(()));
    let cables = Cables { plugged, accepted: Arc::clone(&accepted) };
    let bank = Slow { charged: Arc::clone(&charged), busy: Arc::clone(&busy) };
    (Service::start(cables, bank), Station { port, accepted, charged, busy })
}

/// Waits until all tasks wait: the clock moves when none of them can run.
async fn all_asleep() {
    sleep(Duration::from_millis(1)).await;
}

impl Station {
    /// Connects a terminal, and waits until it is served.
    async fn connected(&self) -> Customers {
        let customers = self.connect([]);
        all_asleep().await;
        customers
    }

    /// Connects a terminal whose customers pay these amounts, one after the other.
    fn connect<const N: usize>(&self, amounts: [u32; N]) -> Customers {
        let (requests, asked) = unbounded_channel();
        let (printed, receipts) = unbounded_channel();
        // An error means that the port is closed. Then the terminal is not connected.
        let _ = self.port.send(Wire { requests: asked, receipts: printed });
        let customers = Customers { requests, receipts };
        amounts.iter().for_each(|amount| customers.pay(*amount));
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

#[interleave::test]
async fn waiting_terminals_are_disconnected_at_once() {
    // Each further terminal multiplies the interleavings, so exploring takes one.
    let terminals = if cfg!(feature = "explore") { 1 } else { 3 };
    let (service, station) = start();
    let mut waiting = Vec::new();
    for _ in 0..terminals {
        waiting.push(station.connected().await);
    }
    sleep(SECOND).await;
    assert!(waiting.iter().all(Customers::is_connected), "terminals wait for customers, and one is disconnected");
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "{terminals} terminals waited; left: how many were cut off");
    assert_eq!(start.elapsed(), Duration::ZERO, "all terminals waited for customers; left: how long `shut_down` took");
    assert!(
        !waiting.iter().any(Customers::is_connected),
        "`shut_down` has returned, and a terminal is still connected"
    );
    assert!(station.port.is_closed(), "`shut_down` has returned, and the port is still open");
}

#[interleave::test]
async fn a_payment_under_way_is_completed() {
    let (service, station) = start();
    let mut customers = station.connected().await;
    customers.pay(5);
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
    assert_eq!(start.elapsed(), 5 * SECOND, "right: what was left of the payment; left: how long `shut_down` took");
}

#[interleave::test]
async fn after_the_call_no_payment_begins() {
    let (service, station) = start();
    let mut customers = station.connected().await;
    customers.pay(5);
    customers.pay(6);
    sleep(SECOND).await;
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
    assert_eq!(
        (station.charged(), customers.receipts()),
        (vec![5], vec![500]),
        "a payment of 5 was under way, and a customer waited to pay 6; left: what was charged, and the receipts",
    );
    assert_eq!(
        start.elapsed(),
        5 * SECOND,
        "right: what was left of the first payment; left: how long `shut_down` took"
    );
}

#[interleave::test]
async fn after_the_call_no_terminal_is_accepted() {
    let (service, station) = start();
    let mut first = station.connected().await;
    first.pay(3);
    sleep(SECOND).await;
    {
        let mut shutting_down = pin!(service.shut_down(GRACE));
        let polled = CountingWaker::new().poll(shutting_down.as_mut());
        assert!(polled.is_pending(), "a payment is under way, and `shut_down` has returned");
        // `shut_down` has been called. This terminal is quick, but later.
        let late = station.connect([7]);
        sleep(SECOND).await;
        assert!(station.port.is_closed(), "`shut_down` was called a second ago, and the port is still open");
        assert!(!late.is_connected(), "a terminal came after the call, and is still connected");
        assert_eq!(shutting_down.await, 0, "left: how many terminals were cut off");
    }
    assert_eq!(station.accepted.load(SeqCst), 1, "a second terminal came after the call; left: how many were accepted");
    assert_eq!(station.charged(), [3], "left: what was charged");
    assert_eq!(first.receipts(), [300], "left: the receipts of the first terminal");
}

#[interleave::test]
async fn what_is_not_done_in_time_is_cut_off() {
    let (service, station) = start();
    // Each further terminal multiplies the interleavings, so exploring cuts off one.
    let too_slow = if cfg!(feature = "explore") { 1 } else { 3 };
    let mut quick = station.connected().await;
    quick.pay(20);
    let mut slow = Vec::new();
    for _ in 0..too_slow {
        let customers = station.connected().await;
        customers.pay(1000);
        slow.push(customers);
    }
    sleep(SECOND).await;
    let start = Instant::now();
    let cut_off = service.shut_down(GRACE).await;
    let connected = slow.iter().chain([&quick]).filter(|customers| customers.is_connected()).count();
    assert_eq!(
        (connected, station.at_the_bank()),
        (0, 0),
        "`shut_down` has returned; left: how many terminals are still connected, and how many payments still run",
    );
    assert_eq!(start.elapsed(), GRACE, "{too_slow} payments take very long; left: how long `shut_down` took");
    assert_eq!(
        cut_off, too_slow,
        "one payment was done in time; left: how many terminals were cut off; right: the others"
    );
    assert_eq!(quick.receipts(), [2000], "there was time for this payment; left: its receipt");
    let receipts: Vec<u32> = slow.iter_mut().flat_map(Customers::receipts).collect();
    assert_eq!(receipts, [], "there was no time for the other payments; left: their receipts");
}

#[interleave::test]
async fn a_payment_that_panics_ends_only_its_own_terminal() {
    let (service, station) = start();
    let (broken, mut fine) = (station.connected().await, station.connected().await);
    broken.pay(BROKEN);
    all_asleep().await;
    fine.pay(1);
    sleep(SECOND * (BROKEN + 1)).await;
    assert!(!broken.is_connected(), "the payment of one terminal has panicked, and this terminal is still connected");
    let broken = station.connected().await;
    broken.pay(BROKEN);
    all_asleep().await;
    fine.pay(2);
    sleep(SECOND).await;
    let start = Instant::now();
    let cut_off = service.shut_down(GRACE).await;
    assert_eq!(
        fine.receipts(),
        [100, 200],
        "the payment of another terminal has panicked; left: the receipts of this one"
    );
    assert!(!broken.is_connected(), "`shut_down` has returned, and a terminal is still connected");
    assert_eq!(cut_off, 0, "two payments panicked, one of them during the shutdown; left: how many were cut off");
    let left = SECOND * (BROKEN - 1) - Duration::from_millis(1);
    assert_eq!(start.elapsed(), left, "right: when the second payment panicked; left: how long `shut_down` took");
}

/// A service with a payment under way is dropped by `end`.
async fn everything_is_cut_off(dropped: &str, end: impl AsyncFnOnce(Service)) {
    let (service, station) = start();
    let mut paying = station.connected().await;
    paying.pay(5);
    sleep(SECOND).await;
    end(service).await;
    sleep(SECOND).await;
    assert_eq!(
        [paying.is_connected(), !station.port.is_closed()],
        [false; 2],
        "{dropped} a second ago; left: whether the terminal is connected, and whether the port is open",
    );
    sleep(10 * SECOND).await;
    assert_eq!(paying.receipts(), [], "{dropped} in the middle of a payment; left: the receipts");
}

#[interleave::test]
async fn a_service_that_is_dropped_is_cut_off() {
    everything_is_cut_off("the service was dropped", async |service| drop(service)).await;
}

#[interleave::test]
async fn a_shutdown_that_is_dropped_cuts_everything_off() {
    everything_is_cut_off("`shut_down` was dropped", async |service| {
        let shutting_down = timeout(SECOND, service.shut_down(GRACE)).await;
        assert!(shutting_down.is_err(), "a payment is under way, and `shut_down` has returned");
    })
    .await;
}

#[interleave::test]
async fn terminals_are_served_at_the_same_time() {
    let (service, station) = start();
    let (mut one, mut two) = (station.connected().await, station.connected().await);
    one.pay(5);
    all_asleep().await;
    two.pay(5);
    two.pay(1);
    sleep(6 * SECOND + SECOND / 2).await;
    assert_eq!(
        (one.receipts(), two.receipts()),
        (vec![500], vec![500]),
        "two terminals asked at once, and a payment takes 6 s with its receipt; left: the receipts after 6.5 s"
    );
    let hangs_up = one.requests;
    drop(hangs_up);
    sleep(2 * SECOND).await;
    assert_eq!(two.receipts(), [100], "then a customer paid 1 at the second terminal; left: the receipts");
    assert!(two.is_connected(), "one terminal has hung up, and another one is disconnected");
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
    assert_eq!(start.elapsed(), Duration::ZERO, "nobody pays; left: how long `shut_down` took");
}

#[interleave::test]
async fn a_shutdown_that_waits_sleeps() {
    let (service, station) = start();
    let mut customers = station.connected().await;
    customers.pay(10);
    sleep(SECOND).await;
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
    let ((service, station), (other, other_station)) = (start(), start());
    let (one, mut two) = (station.connected().await, other_station.connected().await);
    two.pay(3);
    sleep(SECOND).await;
    assert_eq!(service.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
    assert!(!one.is_connected(), "`shut_down` has returned, and a terminal is still connected");
    sleep(4 * SECOND).await;
    two.pay(1);
    sleep(3 * SECOND).await;
    assert_eq!(two.receipts(), [300, 100], "another service was shut down; left: the receipts of this one");
    assert!(
        two.is_connected() && !other_station.port.is_closed(),
        "another service was shut down, and this one as well"
    );
    assert_eq!(other.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
}

#[interleave::test]
async fn a_payment_is_made_whole_or_not_at_all() {
    let (service, station) = start();
    // Both at once: the terminal may be too late.
    let mut customers = station.connect([1]);
    let start = Instant::now();
    assert_eq!(service.shut_down(GRACE).await, 0, "left: how many terminals were cut off");
    let receipts: Vec<u32> = station.charged().iter().map(|amount| amount * 100).collect();
    assert_eq!(
        customers.receipts(),
        receipts,
        "a terminal came while the service was shut down; left: its receipts; right: those for what was charged"
    );
    assert!(!customers.is_connected(), "`shut_down` has returned, and a terminal is still connected");
    assert!(start.elapsed() <= 2 * SECOND, "a payment and its receipt take two seconds; `shut_down` took longer");
}
