use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::{Cancelled, HighWater, cancel_at_every_await};
use review::{Bank, LINES, Listener, Receipt, Refused, Service};
use tokio::time::{Instant, sleep};

/// A bank whose answers take two polls, and which remembers what it has paid.
#[derive(Default)]
struct QuickBank {
    paid: Mutex<Vec<u64>>,
}

impl Bank for QuickBank {
    async fn rate(&self, currency: &'static str) -> u64 {
        interleave::yield_now().await;
        currency.len() as u64
    }

    async fn pay(&self, _customer: &str, amount: u64) {
        interleave::yield_now().await;
        self.paid.lock().unwrap().push(amount);
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

// The seven

#[interleave::test]
async fn no_two_receipts_have_the_same_number() {
    let service = service::<QuickBank>(&["ann", "bob", "cem", "dan"]);
    let (first, second) = (transfer(&service, "ann", "bob", 1), transfer(&service, "cem", "dan", 1));
    let mut numbers = [first.await.unwrap().unwrap().number, second.await.unwrap().unwrap().number];
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2], "two transfers at once, two receipts");
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
    assert_eq!(*seen.lock().unwrap(), [1], "the listener signed off after the first receipt");
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
    assert!(ours != theirs, "two have opened the same wallet at once, so one of them has: {ours} and {theirs}");
    let balance = service.balance("ann").await;
    assert_eq!(
        balance,
        Ok(if ours { 20 } else { 10 }),
        "left stands what is in the wallet, right what its opener has put in"
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
    assert_eq!(answered, ANSWER * 3 / 2, "the rate was known, and the caller waited for another one");
}

#[interleave::test]
async fn opposite_transfers_never_deadlock() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    let there = transfer(&service, "ann", "bob", 30);
    let back = transfer(&service, "bob", "ann", 10);
    assert_eq!(service.total().await, 200, "money was in no wallet when it was counted");
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
            let paid: u64 = service.bank().paid.lock().unwrap().iter().sum();
            let balance = poll_once(service.balance("ann")).expect("nobody is at work any more, so nothing is locked");
            assert_eq!(
                balance,
                Ok(100 - paid),
                "{cancelled}: left stands the balance, right what it should be after the bank paid {paid}"
            );
            assert_eq!(paid, if cancelled == Cancelled::Never { 30 } else { 0 }, "{cancelled}: the bank paid {paid}");
        },
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
    for task in tasks {
        task.await.unwrap().expect("everybody has 100");
    }
    assert_eq!(service.bank().conversations.highest(), LINES, "left stands how many conversations there were at once");
    assert_eq!(start.elapsed(), 2 * ANSWER, "six payouts on three lines take as long as two");
}

// What is right, and has to stay so

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
            let service = service.upgrade().expect("it is at work");
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
        "left stands what the listener found at each receipt; `None` is a wallet that is still locked"
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
    assert_eq!(service.transfer("ann", "bob", 101).await, Err(Refused::BalanceTooLow), "ann has 100");
    assert_eq!(service.pay_out("ann", 101).await, Err(Refused::BalanceTooLow), "ann has 100");
    assert_eq!(service.transfer("ann", "zoe", 1).await, Err(Refused::NoSuchCustomer), "zoe has no wallet");
    assert_eq!(service.pay_out("zoe", 1).await, Err(Refused::NoSuchCustomer), "zoe has no wallet");
    assert_eq!(service.total().await, 200, "everything was refused");
    assert!(service.bank().paid.lock().unwrap().is_empty(), "everything was refused");
}

#[interleave::test]
async fn a_wallet_can_be_emptied() {
    let service = service::<QuickBank>(&["ann", "bob"]);
    assert!(service.transfer("ann", "ann", 100).await.is_ok(), "ann has 100");
    assert!(service.transfer("ann", "bob", 100).await.is_ok(), "ann has 100");
    assert!(service.pay_out("bob", 200).await.is_ok(), "bob has 100, and 100 from ann");
    assert_eq!(service.total().await, 0, "everything has been paid out");
    assert_eq!(service.balance("zoe").await, Err(Refused::NoSuchCustomer), "zoe has no wallet");
}
