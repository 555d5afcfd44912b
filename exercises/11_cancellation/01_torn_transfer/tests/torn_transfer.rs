use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::{Cancelled, cancel_at_every_await};
use tokio::time::{sleep, timeout};
use torn_transfer::{Accounts, Balances, Journal, Refused};

const BEFORE: Balances = Balances { checking: 100, savings: 0 };
const AFTER: Balances = Balances { checking: 70, savings: 30 };

/// Keeps its entries in memory. It takes three polls to write one: two to find the place, one to write.
#[derive(Default)]
struct Book(Mutex<Vec<u64>>);

impl Book {
    fn entries(&self) -> Vec<u64> {
        self.0.lock().unwrap().clone()
    }
}

impl Journal for Book {
    async fn record(&self, amount: u64) {
        interleave::yield_now().await;
        interleave::yield_now().await;
        self.0.lock().unwrap().push(amount);
    }
}

/// Answers after a second.
#[derive(Default)]
struct SlowBook(Book);

impl Journal for SlowBook {
    async fn record(&self, amount: u64) {
        sleep(Duration::from_secs(1)).await;
        self.0.0.lock().unwrap().push(amount);
    }
}

/// The balances, read without waiting: no call is under way that could hold them.
fn balances(accounts: &Accounts<Book>) -> Balances {
    match pin!(accounts.balances()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(balances) => balances,
        Poll::Pending => panic!("the call was cancelled, and the balances are still locked"),
    }
}

#[interleave::test]
async fn a_saving_that_times_out_loses_no_money() {
    let accounts = Accounts::new(BEFORE, SlowBook::default());
    let saving = timeout(Duration::from_millis(500), accounts.save(30)).await;
    assert!(saving.is_err(), "the journal takes a second, and the caller waits for half of one");
    let Balances { checking, savings } = accounts.balances().await;
    assert_eq!(
        checking + savings,
        100,
        "the caller gave up while the move was being noted; left stands what is in both accounts together",
    );
}

#[interleave::test]
fn wherever_it_is_cancelled_money_moves_whole_or_not_at_all() {
    cancel_at_every_await(
        || Accounts::new(BEFORE, Book::default()),
        async |accounts: &Accounts<Book>| assert_eq!(accounts.save(30).await, Ok(()), "100 covers 30"),
        |accounts, cancelled| {
            let now = balances(accounts);
            match cancelled {
                Cancelled::Never => assert_eq!(now, AFTER, "nobody gave up, so 30 are saved"),
                Cancelled::At(_) => {
                    assert!(now == BEFORE || now == AFTER, "{cancelled}, `save` left half of its work behind: {now:?}");
                }
            }
        },
    );
}

#[interleave::test]
fn wherever_it_is_cancelled_the_journal_agrees_with_the_balances() {
    cancel_at_every_await(
        || Accounts::new(BEFORE, Book::default()),
        async |accounts: &Accounts<Book>| {
            let _ = accounts.save(30).await;
        },
        |accounts, cancelled| {
            let noted: u64 = accounts.journal().entries().iter().sum();
            let saved = balances(accounts).savings;
            assert_eq!(noted, saved, "{cancelled}: left stands what the journal has noted, right what has been saved");
        },
    );
}

#[interleave::test]
async fn two_savings_at_once_do_not_overdraw() {
    let accounts = Accounts::new(BEFORE, Book::default());
    let both = tokio::join!(accounts.save(70), accounts.save(70));
    assert!(
        matches!(both, (Ok(()), Err(Refused)) | (Err(Refused), Ok(()))),
        "100 covers one saving of 70, not two: {both:?}"
    );
    assert_eq!(accounts.balances().await, Balances { checking: 30, savings: 70 }, "one saving of 70 was accepted");
    assert_eq!(accounts.journal().entries(), [70], "one move was made, so one is noted");
}

#[interleave::test]
async fn nor_do_those_who_queue_for_the_lock() {
    let accounts = Accounts::new(BEFORE, Book::default());
    // The first holds the lock while the others come. Whoever unlocks in the middle hands it to the next.
    let (_, one, other) = tokio::join!(accounts.save(20), accounts.save(70), accounts.save(70));
    assert!(
        one.is_ok() != other.is_ok(),
        "80 were left, which covers one saving of 70, not two: {one:?} and {other:?}"
    );
    assert_eq!(accounts.balances().await, Balances { checking: 10, savings: 90 }, "20 and 70 were accepted");
}

#[interleave::test]
async fn whoever_looks_meanwhile_finds_all_the_money() {
    let accounts = Accounts::new(BEFORE, Book::default());
    let (_, seen) = tokio::join!(accounts.save(30), accounts.balances());
    assert_eq!(seen.checking + seen.savings, 100, "somebody looked while 30 were being saved, and found {seen:?}");
}

#[interleave::test]
async fn a_refused_saving_is_not_noted() {
    let accounts = Accounts::new(BEFORE, Book::default());
    assert_eq!(accounts.save(101).await, Err(Refused), "100 does not cover 101");
    assert_eq!(accounts.balances().await, BEFORE, "what was refused must not move");
    assert_eq!(accounts.journal().entries(), [], "what was refused must not be noted");
}
