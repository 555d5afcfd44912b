use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use interleave::{Cancelled, CountingWaker, HighWater, cancel_at_every_await};
use review::{Bank, LINES, Listener, Receipt, Refused, Service};
use tokio::time::{Instant, sleep, timeout};

/// A bank whose answers take two polls, and which remembers what it has paid and what it was asked.
#[derive(Default)]
struct QuickBank {
    paid: Mutex<Vec<(String, u64)>>,
    asked: Mutex<Vec<&'static str>>,
}

impl QuickBank {
    fn paid(&self) -> u64 {
        self.paid.lock().unwrap().iter().map(|(_, amount)| amount).sum()
    }
}

impl Bank for QuickBank {
    async fn rate(&self, currency: &'static str) -> u64 {
        self.asked.lock().unwrap().push(currency);
        interleave::yield_now().await;
        currency.len() as u64
    }

    async fn pay(&self, customer: &str, amount: u64) {
        interleave::yield_now().await;
        self.paid.lock().unwrap().push((customer.to_owned(), amount));
    }
}

const ANSWER: Duration = Duration::from_millis(100);

/// A bank whose answers take `ANSWER`, and which counts its conversations.
#[derive(Default)]
struct SlowBank {
    conversations: HighWater,
}

impl Bank for SlowBank {
    async fn rate(&self, currency: &'static str) -> u64 {
        let _conversation = self.conversations.enter();
        sleep(ANSWER).await;
        currency.len() as u64
    }

    async fn pay(&self, _customer: &str, _amount: u64) {
        let _conversation = self.conversations.enter();
        sleep(ANSWER).await;
    }
}

/// A service whose customers have 100 each.
fn service<B: Bank + Default>(customers: &[&str]) -> Arc<Service<B>> {
    let service = Service::new(B::default());
    for customer in customers {
        assert!(service.open(customer, 100), "{customer} has no wallet yet");
    }
    Arc::new(service)
}

/// A task that transfers money.
fn transfer<B: Bank>(
    service: &Arc<Service<B>>,
    from: &'static str,
    to: &'static str,
    amount: u64,
) -> tokio::task::JoinHandle<Result<Receipt, Refused>> {
    let service = Arc::clone(service);
    tokio::spawn(async move { service.transfer(from, to, amount).await })
}

/// The output of a future, unless it has something to wait for.
fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// A listener, and the receipts that it was called with.
fn notes() -> (Listener, Arc<Mutex<Vec<Receipt>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::new({
        let seen = Arc::clone(&seen);
        move |receipt| seen.lock().unwrap().push(receipt)
    });
    (listener, seen)
}

// The seven

#[interleave::test]
async fn no_two_receipts_have_the_same_number() {
    let service = service::<QuickBank>(&["ann", "bob", "cem", "dan"]);
    let (first, second) = (transfer(&service, "ann", "bob", 1), transfer(&service, "cem", "dan", 1));
    let mut numbers = [first.await.unwrap().unwrap().number, second.await.unwrap().unwrap().number];
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2], "two transfers ran at once; left: the numbers of their receipts, sorted");
}

#[interleave::test]
async fn a_listener_may_use_the_service() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener: Listener = Arc::new({
        let (service, seen) = (Arc::downgrade(&service), Arc::clone(&seen));
        move |receipt| {
            seen.lock().unwrap().push(receipt.amount);
            if let Some(service) = service.upgrade() {
                service.listen(None); // one receipt is all it wanted
            }
        }
    });
    service.listen(Some(listener));
    for amount in [1, 2] {
        service.transfer("ann", "bob", amount).await.expect("ann has 100");
    }
    assert_eq!(
        *seen.lock().unwrap(),
        [1],
        "the listener signed off after the first receipt; left: the receipts that it was called with"
    );
}

#[interleave::test]
async fn a_wallet_is_opened_once() {
    let service = Arc::new(Service::new(QuickBank::default()));
    let other = tokio::spawn({
        let service = Arc::clone(&service);
        async move { service.open("ann", 10) }
    });
    let ours = service.open("ann", 20);
    let theirs = other.await.unwrap();
    assert!(
        ours != theirs,
        "two tasks opened the same wallet at once, and one of them should succeed: {ours} and {theirs}"
    );
    let balance = service.balance("ann").await;
    assert_eq!(
        balance,
        Ok(if ours { 20 } else { 10 }),
        "left: what is in the wallet; right: what the task that opened it has put in"
    );
}

#[interleave::test(real_only)]
async fn rates_of_three_currencies_take_as_long_as_one() {
    let service = service::<SlowBank>(&[]);
    let start = Instant::now();
    let rates = tokio::join!(service.rate("chf"), service.rate("rouble"), service.rate("euro"));
    assert_eq!(rates, (3, 6, 4), "these are the answers of the bank");
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "the bank has {LINES} lines, and each question waited for the answer to the one before"
    );

    let known = async {
        sleep(ANSWER / 2).await; // the bank is being asked for another one
        service.rate("chf").await;
        start.elapsed()
    };
    let (_, answered) = tokio::join!(service.rate("dinar"), known);
    assert_eq!(service.rate("dinar").await, 5, "this was the answer of the bank");
    assert_eq!(
        answered,
        ANSWER * 3 / 2,
        "a rate was known, and the caller waited for the bank to answer about another one"
    );
}

#[interleave::test]
async fn opposite_transfers_never_deadlock() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let there = transfer(&service, "ann", "bob", 30);
    let back = transfer(&service, "bob", "ann", 10);
    there.await.unwrap().expect("ann has 100");
    back.await.unwrap().expect("bob has 100");
    assert_eq!(service.balance("ann").await, Ok(80), "30 went and 10 came back");
}

#[interleave::test]
fn a_cancelled_payout_agrees_with_the_bank() {
    cancel_at_every_await(
        || service::<QuickBank>(&["ann"]),
        async |service: &Arc<Service<QuickBank>>| {
            service.pay_out("ann", 30).await.expect("ann has 100");
        },
        |service, cancelled| {
            let paid = service.bank().paid();
            let balance = poll_once(service.balance("ann")).expect("no call is under way, so nothing is locked");
            assert_eq!(
                balance,
                Ok(100 - paid),
                "{cancelled}: left: the balance; right: what it should be after the bank paid {paid}"
            );
            assert_eq!(paid, if cancelled == Cancelled::Never { 30 } else { 0 }, "{cancelled}: the bank paid {paid}");
        },
    );
    // Cancelled while another thread looks at the wallet.
    let service = service::<QuickBank>(&["ann"]);
    thread::scope(|scope| {
        scope.spawn(|| poll_once(service.pay_out("ann", 30)));
        let _ = poll_once(service.balance("ann"));
    });
    assert_eq!(service.bank().paid(), 0, "a payout was cancelled before the bank has paid");
    assert_eq!(
        poll_once(service.balance("ann")),
        Some(Ok(100)),
        "a payout was cancelled while another call was looking at the wallet; left: the balance"
    );
}

#[interleave::test(real_only)]
async fn the_bank_has_three_lines() {
    let customers = ["ann", "bob", "cem", "dan", "eva", "fay"];
    let service = service::<SlowBank>(&customers);
    let start = Instant::now();
    let tasks = customers.map(|customer| {
        let service = Arc::clone(&service);
        tokio::spawn(async move { service.pay_out(customer, 1).await })
    });
    let rates = tokio::join!(service.rate("chf"), service.rate("rouble"), service.rate("euro"));
    for task in tasks {
        task.await.unwrap().expect("everybody has 100");
    }
    assert_eq!(rates, (3, 6, 4), "these are the answers of the bank");
    assert_eq!(service.bank().conversations.highest(), LINES, "left: how many conversations there were at once");
    assert_eq!(start.elapsed(), 3 * ANSWER, "six payouts and three rates on three lines take as long as three");
}

// What is right, and has to stay so

#[interleave::test]
async fn the_total_is_of_one_moment() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let moving = transfer(&service, "ann", "bob", 30);
    assert_eq!(service.total().await, 200, "30 were being moved while all wallets were counted; left: the total");
    moving.await.unwrap().expect("ann has 100");
}

#[interleave::test]
async fn a_wallet_is_never_overdrawn() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let other = transfer(&service, "ann", "bob", 70);
    let paid = service.pay_out("ann", 70).await;
    let moved = other.await.unwrap();
    assert!(paid.is_ok() != moved.is_ok(), "100 are enough for one of two times 70: {paid:?} and {moved:?}");
    assert_eq!(service.balance("ann").await, Ok(30), "70 have left the wallet once");
}

#[interleave::test]
async fn a_listener_may_look_at_the_wallets() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener: Listener = Arc::new({
        let (service, seen) = (Arc::downgrade(&service), Arc::clone(&seen));
        move |_| {
            let service = service.upgrade().expect("it is in use");
            let look = |customer| poll_once(service.balance(customer));
            seen.lock().unwrap().push([look("ann"), look("bob")]);
        }
    });
    service.listen(Some(listener));
    service.transfer("ann", "bob", 30).await.expect("ann has 100");
    service.pay_out("bob", 10).await.expect("bob has 130");
    assert_eq!(
        *seen.lock().unwrap(),
        [[Some(Ok(70)), Some(Ok(130))], [Some(Ok(70)), Some(Ok(120))]],
        "left: what the listener found at each receipt; `None` is a wallet that is still locked"
    );
    service.listen(None);
}

#[interleave::test]
async fn a_transfer_to_oneself_changes_nothing() {
    let service = service::<QuickBank>(&["ann"]);
    assert!(service.transfer("ann", "ann", 30).await.is_ok(), "ann has 100");
    assert_eq!(service.transfer("ann", "ann", 101).await, Err(Refused::BalanceTooLow), "ann has 100");
    assert_eq!(service.balance("ann").await, Ok(100), "30 went from ann to ann");
}

#[interleave::test]
async fn what_is_refused_changes_nothing() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let (listener, seen) = notes();
    service.listen(Some(listener));
    assert_eq!(service.transfer("ann", "bob", 101).await, Err(Refused::BalanceTooLow), "ann has 100");
    assert_eq!(service.pay_out("ann", 101).await, Err(Refused::BalanceTooLow), "ann has 100");
    assert_eq!(service.transfer("ann", "zoe", 1).await, Err(Refused::NoSuchCustomer), "zoe has no wallet");
    assert_eq!(service.pay_out("zoe", 1).await, Err(Refused::NoSuchCustomer), "zoe has no wallet");
    assert_eq!(service.transfer("zoe", "ann", 1).await, Err(Refused::NoSuchCustomer), "zoe has no wallet");
    assert_eq!(service.balance("zoe").await, Err(Refused::NoSuchCustomer), "zoe has no wallet");
    assert!(!service.open("ann", 5), "ann has a wallet");
    assert_eq!(service.balance("ann").await, Ok(100), "everything was refused; left: the balance of ann");
    assert_eq!(service.total().await, 200, "everything was refused; left: the total");
    assert_eq!(service.bank().paid(), 0, "everything was refused; left: what the bank paid");
    assert!(seen.lock().unwrap().is_empty(), "everything was refused, and the listener saw {:?}", seen.lock().unwrap());
}

#[interleave::test]
async fn a_wallet_can_be_emptied() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    assert!(service.transfer("ann", "ann", 100).await.is_ok(), "ann has 100");
    assert!(service.transfer("ann", "bob", 100).await.is_ok(), "ann has 100");
    assert!(service.pay_out("bob", 200).await.is_ok(), "bob has 100, and 100 from ann");
    assert_eq!(service.total().await, 0, "everything has been paid out");
    let paid = service.bank().paid.lock().unwrap().clone();
    assert_eq!(paid, [("bob".to_owned(), 200)], "left: what the bank paid, and to which customer");
}

#[interleave::test]
async fn the_listener_sees_each_receipt() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let ((first, first_seen), (second, second_seen)) = (notes(), notes());
    service.listen(Some(first));
    let receipts = [
        service.transfer("ann", "bob", 1).await.unwrap(),
        service.transfer("ann", "ann", 2).await.unwrap(),
        service.pay_out("ann", 3).await.unwrap(),
    ];
    assert_eq!(receipts.map(|receipt| receipt.amount), [1, 2, 3], "left: the amounts on three receipts");
    assert_eq!(*first_seen.lock().unwrap(), receipts, "left: what the listener was called with; right: the receipts");
    service.listen(Some(second));
    let receipt = service.pay_out("bob", 4).await.unwrap();
    assert_eq!(first_seen.lock().unwrap().len(), 3, "another listener took its place; left: how often it was called");
    assert_eq!(*second_seen.lock().unwrap(), [receipt], "left: what the new listener was called with");
}

#[interleave::test]
async fn the_listener_sees_the_receipts_of_two_tasks() {
    let service = service::<QuickBank>(&["ann", "bob", "cem", "dan"]);
    let (listener, seen) = notes();
    service.listen(Some(listener));
    let other = transfer(&service, "ann", "bob", 1);
    service.transfer("cem", "dan", 2).await.expect("cem has 100");
    other.await.unwrap().expect("ann has 100");
    let mut amounts: Vec<_> = seen.lock().unwrap().iter().map(|receipt| receipt.amount).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [1, 2], "two tasks transferred 1 and 2; left: the receipts that the listener was called with");
}

/// Uses the service when it is dropped, as a handle that signs off would.
struct SignsOff(Arc<Service<QuickBank>>);

impl Drop for SignsOff {
    fn drop(&mut self) {
        self.0.listen(None);
    }
}

#[interleave::test]
async fn a_listener_may_use_the_service_when_it_is_dropped() {
    let service = service::<QuickBank>(&["ann"]);
    let signs_off = SignsOff(Arc::clone(&service));
    let listener: Listener = Arc::new(move |_| {
        let _ = &signs_off;
    });
    service.listen(Some(listener));
    service.transfer("ann", "ann", 1).await.expect("ann has 100");
    service.listen(None);
    service.transfer("ann", "ann", 1).await.expect("ann has 100");
}

#[interleave::test]
async fn a_known_rate_is_not_asked_for_again() {
    let service = service::<QuickBank>(&[]);
    assert_eq!((service.rate("chf").await, service.rate("").await), (3, 0), "these are the answers of the bank");
    let other = tokio::spawn({
        let service = Arc::clone(&service);
        async move { service.rate("euro").await }
    });
    assert_eq!((service.rate("chf").await, service.rate("").await), (3, 0), "both rates were known");
    assert_eq!(other.await.unwrap(), 4, "this is the answer of the bank");
    assert_eq!(service.rate("euro").await, 4, "the rate was known");
    let mut asked = service.bank().asked.lock().unwrap().clone();
    asked.sort_unstable();
    assert_eq!(
        asked,
        ["", "chf", "euro"],
        "three currencies were asked for, some of them again; left: what the bank was asked"
    );
}

#[interleave::test(real_only)]
async fn a_cancelled_call_frees_its_line() {
    let service = service::<SlowBank>(&["ann", "bob", "cem"]);
    for _ in 0..LINES {
        assert!(timeout(ANSWER / 2, service.rate("chf")).await.is_err(), "the bank takes longer than the caller waits");
    }
    let start = Instant::now();
    let paying =
        async { tokio::join!(service.pay_out("ann", 1), service.pay_out("bob", 1), service.pay_out("cem", 1)) };
    let paid = timeout(10 * ANSWER, paying).await;
    assert!(paid.is_ok(), "three calls were cancelled during their conversations, and now three payouts get no line");
    assert_eq!(start.elapsed(), ANSWER, "three payouts on three lines take as long as one");
}

#[interleave::test(real_only)]
async fn a_rate_is_known_although_a_call_was_cancelled() {
    let service = service::<SlowBank>(&[]);
    assert!(timeout(ANSWER / 2, service.rate("chf")).await.is_err(), "the bank takes longer than the caller waits");
    let rate = timeout(10 * ANSWER, service.rate("chf")).await;
    assert_eq!(rate, Ok(3), "a call for the same rate was cancelled before; an error means that this one never ends");
    // Cancelled while another call for the same rate is under way.
    let cancelled = timeout(ANSWER / 2, service.rate("euro"));
    let other = async {
        sleep(ANSWER / 4).await;
        timeout(10 * ANSWER, service.rate("euro")).await
    };
    let (cancelled, rate) = tokio::join!(cancelled, other);
    assert!(cancelled.is_err(), "the bank takes longer than the caller waits");
    assert_eq!(
        rate,
        Ok(4),
        "of two calls for the same rate the first was cancelled; an error means that the other never ends"
    );
}

#[interleave::test(real_only)]
async fn a_cancelled_transfer_moves_no_money() {
    for (from, to) in [("ann", "bob"), ("bob", "ann")] {
        for busy in ["ann", "bob"] {
            let service = service::<SlowBank>(&["ann", "bob"]);
            let paying = async { service.pay_out(busy, 10).await };
            let moving = async {
                tokio::task::yield_now().await; // the payout holds a wallet
                // Cancelled if it waits for the wallet of a payout. It need not.
                let _ = timeout(ANSWER / 2, service.transfer(from, to, 30)).await;
            };
            let (paid, ()) = tokio::join!(paying, moving);
            assert!(paid.is_ok(), "{busy} has 100");
            assert_eq!(
                service.total().await,
                190,
                "a transfer ended or was cancelled, and 10 of 200 were paid out; left: the total"
            );
            assert!(service.transfer(from, to, 30).await.is_ok(), "{from} has at least 60");
        }
    }
}

#[interleave::test(real_only)]
async fn a_transfer_that_waits_sleeps() {
    for (from, to) in [("ann", "bob"), ("bob", "ann")] {
        let service = service::<SlowBank>(&["ann", "bob"]);
        let waker = CountingWaker::new();
        let paying = async { service.pay_out("ann", 10).await };
        let moving = async {
            tokio::task::yield_now().await; // the payout may hold the wallet of ann
            let mut moving = pin!(service.transfer(from, to, 30));
            if waker.poll(moving.as_mut()).is_pending() {
                sleep(ANSWER / 2).await;
                assert_eq!(
                    waker.wakes(),
                    0,
                    "a wallet is still locked; left: how often a transfer that waits for it was woken",
                );
            }
        };
        let (paid, ()) = tokio::join!(paying, moving);
        assert!(paid.is_ok(), "ann has 100");
    }
}

/// A bank that pays nothing and knows one rate.
struct OneRate(u64);

impl Bank for OneRate {
    async fn rate(&self, _currency: &'static str) -> u64 {
        self.0
    }

    async fn pay(&self, _customer: &str, _amount: u64) {}
}

#[interleave::test]
async fn two_services_are_independent() {
    let services = [Service::new(OneRate(1)), Service::new(OneRate(2))];
    let (listener, seen) = notes();
    services[0].listen(Some(listener));
    for (service, n) in services.iter().zip(1..) {
        assert!(service.open("ann", n), "ann has no wallet in this service yet");
        assert_eq!(service.rate("chf").await, n, "left: the rate; right: the answer of this service's bank");
        assert_eq!(service.total().await, n, "left: the total; right: what is in the only wallet of this service");
        assert_eq!(service.pay_out("ann", n).await, Ok(Receipt { number: 1, amount: n }), "this is its first receipt");
    }
    assert_eq!(seen.lock().unwrap().len(), 1, "one of two services has a listener; left: the receipts that it saw");
}
