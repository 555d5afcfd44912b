use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::{CountingWaker, HighWater, cancel_at_every_await};
use nested_permit::{Connection, Price, Reports};
use smol::future::zip;
use smol::lock::Semaphore;

/// Customer 3 has the orders 31, 32 and 33.
fn orders(customer: u32) -> Vec<u32> {
    (1..=customer).map(|n| 10 * customer + n).collect()
}

/// Order 32 costs 32, and has a currency of its own.
fn price(order: u32) -> Price {
    Price { amount: u64::from(order), currency: order }
}

/// One unit of the currency of order 32 is worth 3 euros.
fn rate(currency: u32) -> u64 {
    u64::from(currency % 10) + 1
}

/// What `Reports::total` should return for customers 0 to 3.
const TOTALS: [u64; 4] = [0, 22, 108, 290];

/// What the connections to a database have in common.
#[derive(Default)]
struct Database {
    /// If there is a gate, queries wait until it is open.
    gate: Option<Semaphore>,
    /// The number of a connection, and the customer that it was asked about.
    queries: Mutex<Vec<(usize, u32)>>,
    running: HighWater,
}

impl Database {
    fn open(&self) {
        self.gate.as_ref().unwrap().add_permits(100);
    }

    fn queries(&self) -> Vec<(usize, u32)> {
        self.queries.lock().unwrap().clone()
    }
}

/// A connection that lets others run before it answers.
struct Line {
    number: usize,
    database: Arc<Database>,
}

impl Line {
    async fn ask(&self, customer: u32) {
        let _running = self.database.running.enter();
        self.database.queries.lock().unwrap().push((self.number, customer));
        match &self.database.gate {
            Some(gate) => gate.acquire().await.forget(),
            None => interleave::yield_now().await,
        }
    }
}

impl Connection for Line {
    async fn orders(&mut self, customer: u32) -> Vec<u32> {
        self.ask(customer).await;
        orders(customer)
    }

    async fn price(&mut self, order: u32) -> Price {
        self.ask(order / 10).await;
        price(order)
    }

    async fn rate(&mut self, currency: u32) -> u64 {
        self.ask(currency / 10).await;
        rate(currency)
    }
}

fn over(connections: usize, gate: Option<Semaphore>) -> (Arc<Database>, Reports<Line>) {
    let database = Arc::new(Database { gate, ..Database::default() });
    let line = |number| Line { number, database: Arc::clone(&database) };
    let reports = Reports::new((0..connections).map(line).collect());
    (database, reports)
}

fn with_connections(connections: usize) -> (Arc<Database>, Reports<Line>) {
    over(connections, None)
}

/// Until the test opens the gate, no query is answered.
fn behind_a_gate(connections: usize) -> (Arc<Database>, Reports<Line>) {
    over(connections, Some(Semaphore::new(0)))
}

/// A connection that answers at once, and remembers the customers that it was asked about.
#[derive(Default)]
struct QuickLine {
    customers: Vec<u32>,
}

impl QuickLine {
    fn ask(&mut self, customer: u32) {
        if self.customers.last() != Some(&customer) {
            assert!(
                !self.customers.contains(&customer),
                "a connection was asked about customers {:?}, then about {customer} again: a report was interrupted",
                self.customers
            );
            self.customers.push(customer);
        }
    }
}

impl Connection for QuickLine {
    async fn orders(&mut self, customer: u32) -> Vec<u32> {
        self.ask(customer);
        orders(customer)
    }

    async fn price(&mut self, order: u32) -> Price {
        self.ask(order / 10);
        price(order)
    }

    async fn rate(&mut self, currency: u32) -> u64 {
        self.ask(currency / 10);
        rate(currency)
    }
}

fn with_quick_connections(connections: usize) -> Arc<Reports<QuickLine>> {
    Arc::new(Reports::new((0..connections).map(|_| QuickLine::default()).collect()))
}

/// Polls a future again and again, with nothing in between. `None` if it does not end.
fn ended<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let context = &mut Context::from_waker(Waker::noop());
    (0..100).find_map(|_| match future.as_mut().poll(context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

#[interleave::test(runtime = "smol")]
async fn two_reports_at_once_both_end() {
    let (_, reports) = with_connections(2);
    let totals = zip(reports.total(1), reports.total(2)).await;
    assert_eq!(totals, (TOTALS[1], TOTALS[2]), "left: the totals of customers 1 and 2");
}

#[interleave::test(runtime = "smol")]
async fn two_tasks_share_two_connections() {
    let reports = with_quick_connections(2);
    let other = smol::spawn({
        let reports = Arc::clone(&reports);
        async move { reports.total(1).await }
    });
    assert_eq!(reports.total(2).await, TOTALS[2], "left: the total of customer 2, beside another report");
    assert_eq!(other.await, TOTALS[1], "left: the total of customer 1, beside another report");
}

#[interleave::test(runtime = "smol")]
async fn two_tasks_share_one_connection_and_do_not_interrupt_each_other() {
    let reports = with_quick_connections(1);
    let other = smol::spawn({
        let reports = Arc::clone(&reports);
        async move { reports.total(1).await }
    });
    assert_eq!(reports.total(2).await, TOTALS[2], "left: the total of customer 2, beside another report");
    assert_eq!(other.await, TOTALS[1], "left: the total of customer 1, beside another report");
}

#[interleave::test(runtime = "smol")]
async fn a_price_is_not_interrupted_either() {
    let reports = with_quick_connections(1);
    let other = smol::spawn({
        let reports = Arc::clone(&reports);
        async move { reports.price(21).await }
    });
    assert_eq!(reports.price(11).await, 22, "left: what order 11 costs");
    assert_eq!(other.await, 42, "left: what order 21 costs");
}

#[interleave::test(runtime = "smol")]
async fn a_price_does_not_interrupt_a_report() {
    let reports = with_quick_connections(1);
    let other = smol::spawn({
        let reports = Arc::clone(&reports);
        async move { reports.price(21).await }
    });
    assert_eq!(reports.total(1).await, TOTALS[1], "left: the total of customer 1, beside a price");
    assert_eq!(other.await, 42, "left: what order 21 costs, beside a report");
}

#[interleave::test(runtime = "smol")]
async fn one_connection_is_enough_for_everything() {
    let (_, reports) = with_connections(1);
    for (customer, total) in (0..).zip(TOTALS) {
        assert_eq!(reports.total(customer).await, total, "left: the total of customer {customer}");
    }
    assert_eq!(reports.price(32).await, 96, "left: order 32 costs 32, at a rate of 3");
    assert_eq!(reports.rate(32).await, 3, "left: the rate of order 32's currency");
}

#[interleave::test(runtime = "smol")]
async fn as_many_reports_run_at_once_as_there_are_connections() {
    for connections in [2, 3] {
        let (database, reports) = with_connections(connections);
        let totals = zip(zip(reports.total(1), reports.total(2)), zip(reports.total(3), reports.total(0))).await;
        let expected = ((TOTALS[1], TOTALS[2]), (TOTALS[3], TOTALS[0]));
        assert_eq!(totals, expected, "left: the totals of four customers");
        let at_once = database.running.highest();
        assert_eq!(
            at_once, connections,
            "four reports, {connections} connections; left: how many queries ran at once, at most"
        );
    }
}

#[interleave::test(runtime = "smol")]
async fn a_report_uses_one_connection_even_if_others_are_idle() {
    let (database, reports) = with_connections(3);
    reports.total(2).await;
    let queries = database.queries();
    assert_eq!(queries.len(), 5, "a report about two orders asks for the orders, two prices and two rates");
    assert!(
        queries.iter().all(|(number, _)| *number == queries[0].0),
        "one report used several connections; the number of the connection of each query, and its customer: {queries:?}"
    );
    reports.price(11).await;
    let queries = &database.queries()[5..];
    assert!(
        queries.iter().all(|(number, _)| *number == queries[0].0),
        "one price used several connections; the number of the connection of each query, and its customer: {queries:?}"
    );
}

#[interleave::test]
fn wherever_a_report_is_cancelled_its_connection_is_idle_again() {
    cancel_at_every_await(
        || with_connections(1).1,
        async |reports: &Reports<Line>| assert_eq!(reports.total(2).await, TOTALS[2], "left: the total of customer 2"),
        |reports, cancelled| {
            let next = ended(pin!(reports.total(1)));
            assert_eq!(next, Some(TOTALS[1]), "a report was {cancelled}; left: the next report on its connection");
        },
    );
}

#[interleave::test]
fn wherever_a_price_or_a_rate_is_cancelled_its_connection_is_idle_again() {
    cancel_at_every_await(
        || with_connections(1).1,
        async |reports: &Reports<Line>| {
            assert_eq!(reports.price(11).await, 22, "left: what order 11 costs");
            assert_eq!(reports.rate(11).await, 2, "left: the rate of order 11's currency");
        },
        |reports, cancelled| {
            let next = ended(pin!(reports.total(1)));
            assert_eq!(
                next,
                Some(TOTALS[1]),
                "a price and then a rate were asked, and {cancelled}; left: the next report on the connection"
            );
        },
    );
}

#[interleave::test]
fn a_report_that_is_dropped_asks_nothing_more() {
    let (database, reports) = behind_a_gate(1);
    {
        let mut report = pin!(reports.total(3));
        assert!(report.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "the gate is closed");
        interleave::settle();
    }
    database.open();
    interleave::settle();
    let queries = database.queries().len();
    assert_eq!(queries, 1, "a report was dropped during its first query; left: how many queries it has made");
    assert_eq!(ended(pin!(reports.total(1))), Some(TOTALS[1]), "left: the next report on its connection");
}

#[interleave::test]
fn a_report_that_is_dropped_while_it_waits_lets_the_next_one_in() {
    let (database, reports) = behind_a_gate(1);
    let tasks = [(); 3].map(|()| CountingWaker::new());
    let [mut first, mut second, mut third] = [1, 2, 3].map(|customer| Box::pin(reports.total(customer)));
    for (task, report) in tasks.iter().zip([&mut first, &mut second, &mut third]) {
        assert!(task.poll(report.as_mut()).is_pending(), "the only connection waits for an answer");
    }
    database.open();
    assert_eq!(ended(first.as_mut()), Some(TOTALS[1]), "left: the total of customer 1");
    drop(second); // It is next, and does not come.
    assert!(tasks[2].wakes() > 0, "the connection is idle, the report that was next is gone, and the third one sleeps");
    assert_eq!(ended(third.as_mut()), Some(TOTALS[3]), "left: the total of customer 3");
}

#[interleave::test]
fn a_report_that_is_dropped_before_its_turn_is_passed_over() {
    let (database, reports) = behind_a_gate(1);
    let tasks = [(); 3].map(|()| CountingWaker::new());
    let [mut first, mut second, mut third] = [1, 2, 3].map(|customer| Box::pin(reports.total(customer)));
    for (task, report) in tasks.iter().zip([&mut first, &mut second, &mut third]) {
        assert!(task.poll(report.as_mut()).is_pending(), "the only connection waits for an answer");
    }
    drop(second); // The connection is still in use.
    database.open();
    assert_eq!(ended(first.as_mut()), Some(TOTALS[1]), "left: the total of customer 1");
    assert!(tasks[2].wakes() > 0, "the connection is idle, and the only report that still waits for it sleeps");
    assert_eq!(ended(third.as_mut()), Some(TOTALS[3]), "left: the total of customer 3");
}

#[interleave::test(runtime = "smol")]
async fn a_report_without_a_connection_sleeps() {
    let (database, reports) = behind_a_gate(2);
    let tasks = [(); 3].map(|()| CountingWaker::new());
    let [mut first, mut second, mut third] = [1, 2, 3].map(|customer| Box::pin(reports.total(customer)));
    for (task, report) in tasks.iter().zip([&mut first, &mut second, &mut third]) {
        assert!(task.poll(report.as_mut()).is_pending(), "no query is answered yet, and a report has ended");
    }
    let rate = CountingWaker::new().poll(pin!(reports.rate(11)));
    assert!(rate.is_pending(), "both connections are in use, and a rate was returned");
    if cfg!(feature = "explore") {
        // Virtual time: it takes none.
        smol::Timer::after(Duration::from_secs(3600)).await;
    }
    assert_eq!(tasks[2].wakes(), 0, "both connections are in use; left: how often a third report was woken");
    database.open();
    assert_eq!(ended(first.as_mut()), Some(TOTALS[1]), "left: the total of customer 1");
    assert!(tasks[2].wakes() > 0, "a connection is idle, and the report that waits for one is not woken");
    assert_eq!(ended(third.as_mut()), Some(TOTALS[3]), "left: the total of customer 3");
    assert_eq!(ended(second.as_mut()), Some(TOTALS[2]), "left: the total of customer 2");
}

#[interleave::test]
fn a_report_is_woken_in_the_task_that_polled_it_last() {
    let (database, reports) = behind_a_gate(1);
    let [mut first, mut second] = [1, 2].map(|customer| Box::pin(reports.total(customer)));
    let tasks = [(); 3].map(|()| CountingWaker::new());
    assert!(tasks[0].poll(first.as_mut()).is_pending(), "no query is answered yet, and a report has ended");
    for task in &tasks[1..] {
        assert!(
            task.poll(second.as_mut()).is_pending(),
            "the only connection is in use, and a second report has ended"
        );
    }
    database.open();
    assert_eq!(ended(first.as_mut()), Some(TOTALS[1]), "left: the total of customer 1");
    assert!(
        tasks[2].wakes() > 0,
        "the connection is idle, and the task that polled the second report last is not woken"
    );
    assert_eq!(ended(second.as_mut()), Some(TOTALS[2]), "left: the total of customer 2");
}

#[interleave::test(runtime = "smol")]
async fn two_databases_have_connections_of_their_own() {
    let ((_, busy), (_, idle)) = (behind_a_gate(1), with_connections(1));
    let mut waits = pin!(busy.total(1));
    assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "the gate is closed");
    assert_eq!(idle.total(2).await, TOTALS[2], "the other database does not answer; left: the total from this one");
}
