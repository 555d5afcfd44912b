use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use interleave::{Cancelled, CountingWaker, cancel_at_every_await};
use tokio::sync::Semaphore;
use tokio::task::coop::{consume_budget, has_budget_remaining};
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

/// Answers after some time.
struct SlowBook {
    book: Book,
    takes: Duration,
}

impl SlowBook {
    fn new(takes: Duration) -> Self {
        Self { book: Book::default(), takes }
    }
}

impl Journal for SlowBook {
    async fn record(&self, amount: u64) {
        sleep(self.takes).await;
        self.book.0.lock().unwrap().push(amount);
    }
}

/// Answers when the test opens it.
struct ClosedBook(Semaphore);

impl Journal for ClosedBook {
    async fn record(&self, _amount: u64) {
        self.0.acquire().await.unwrap().forget();
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
    let accounts = Accounts::new(BEFORE, SlowBook::new(Duration::from_secs(1)));
    let saving = timeout(Duration::from_millis(500), accounts.save(30)).await;
    assert!(saving.is_err(), "the journal takes a second, and the caller waits for half of one");
    let Balances { checking, savings } = accounts.balances().await;
    assert_eq!(
        checking + savings,
        100,
        "the caller dropped the future while the move was being noted; left: the sum of both accounts",
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
                Cancelled::Never => assert_eq!(now, AFTER, "`save` was not cancelled, so 30 are saved"),
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
            assert_eq!(noted, saved, "{cancelled}: left: what the journal has noted; right: what has been saved");
        },
    );
}

/// How often a task may use what belongs to tokio before tokio makes it yield: then every `lock().await` is pending.
async fn budget() -> usize {
    let measured = tokio::spawn(async {
        let mut budget = 0;
        while has_budget_remaining() {
            consume_budget().await;
            budget += 1;
        }
        budget
    });
    measured.await.unwrap()
}

#[interleave::test(real_only)]
async fn wherever_it_waits_for_a_lock_the_journal_agrees_with_the_balances() {
    let budget = budget().await;
    for left in 0..8 {
        let accounts = Arc::new(Accounts::new(BEFORE, Book::default()));
        let saved_by = Arc::clone(&accounts);
        let cancelled = tokio::spawn(async move {
            for _ in left..budget {
                consume_budget().await;
            }
            let mut saving = pin!(saved_by.save(30));
            // A few polls without a turn for anybody else; then the future is dropped, wherever it waits.
            poll_fn(|context| Poll::Ready((0..8).all(|_| saving.as_mut().poll(context).is_pending()))).await
        });
        // Polling a future that has ended panics, and this one may end.
        let _ = cancelled.await;
        let noted: u64 = accounts.journal().entries().iter().sum();
        let saved = balances(&accounts).savings;
        assert_eq!(
            noted, saved,
            "`save` was dropped while it waited for a lock; left: what the journal has noted; right: what has been saved",
        );
    }
}

#[interleave::test]
fn after_a_cancelled_saving_all_the_money_can_be_saved() {
    let context = &mut Context::from_waker(Waker::noop());
    for polls in 1..6 {
        for first_is_dropped in [true, false] {
            let accounts = Accounts::new(BEFORE, Book::default());
            {
                let (mut first, mut second) = (Box::pin(accounts.save(30)), Box::pin(accounts.save(50)));
                let first_ended = (0..polls).any(|_| first.as_mut().poll(context).is_ready());
                let _ = second.as_mut().poll(context);
                let (dropped, mut goes_on) = if first_is_dropped { (first, second) } else { (second, first) };
                drop(dropped);
                if first_is_dropped || !first_ended {
                    let ended = (0..100).any(|_| goes_on.as_mut().poll(context).is_ready());
                    assert!(ended, "one of two savings was dropped after {polls} polls, and the other one never ends");
                }
            }
            let rest = balances(&accounts).checking;
            let mut saving = pin!(accounts.save(rest));
            let ended = (0..100).find_map(|_| match saving.as_mut().poll(context) {
                Poll::Ready(saved) => Some(saved),
                Poll::Pending => None,
            });
            assert_eq!(
                ended,
                Some(Ok(())),
                "one of two savings was dropped after {polls} polls; then the rest was saved"
            );
            let now = balances(&accounts);
            assert_eq!(
                now,
                Balances { checking: 0, savings: 100 },
                "the rest was saved; left: what is in the accounts"
            );
            let noted: u64 = accounts.journal().entries().iter().sum();
            assert_eq!(noted, 100, "everything was saved; left: what the journal has noted");
        }
    }
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
async fn savings_that_queue_for_the_lock_do_not_overdraw() {
    let accounts = Accounts::new(BEFORE, Book::default());
    // The first holds the lock while the others come. To unlock in the middle is to hand it to the next.
    let (_, one, other) = tokio::join!(accounts.save(20), accounts.save(70), accounts.save(70));
    assert!(
        one.is_ok() != other.is_ok(),
        "80 were left, which covers one saving of 70, not two: {one:?} and {other:?}"
    );
    assert_eq!(accounts.balances().await, Balances { checking: 10, savings: 90 }, "20 and 70 were accepted");
}

#[interleave::test]
async fn savings_of_two_tasks_both_end() {
    let accounts = Arc::new(Accounts::new(BEFORE, Book::default()));
    let other = tokio::spawn({
        let accounts = Arc::clone(&accounts);
        async move { accounts.save(30).await }
    });
    assert_eq!(accounts.save(50).await, Ok(()), "100 covers 30 and 50");
    assert_eq!(other.await.unwrap(), Ok(()), "100 covers 30 and 50");
    let now = accounts.balances().await;
    assert_eq!(now, Balances { checking: 20, savings: 80 }, "two tasks saved 30 and 50; left: what is in the accounts");
}

#[interleave::test]
async fn a_saving_waits_however_long_the_journal_takes() {
    let accounts = Accounts::new(BEFORE, SlowBook::new(Duration::from_secs(1000)));
    let both = tokio::join!(accounts.save(30), accounts.save(50));
    assert_eq!(both, (Ok(()), Ok(())), "100 covers 30 and 50, and the journal takes a thousand seconds for an entry");
    assert_eq!(accounts.balances().await, Balances { checking: 20, savings: 80 }, "left: what is in the accounts");
}

#[interleave::test]
fn a_saving_that_waits_sleeps() {
    let accounts = Accounts::new(BEFORE, ClosedBook(Semaphore::new(0)));
    let waker = CountingWaker::new();
    let (mut first, mut second) = (pin!(accounts.save(30)), pin!(accounts.save(50)));
    for _ in 0..3 {
        assert!(waker.poll(first.as_mut()).is_pending(), "the journal has not answered, and `save` has returned");
        assert!(waker.poll(second.as_mut()).is_pending(), "the journal has not answered, and `save` has returned");
    }
    assert_eq!(
        waker.wakes(),
        0,
        "the journal has not answered yet; left: how often the two savings woke their tasks. Do they ask again and again?",
    );
    accounts.journal().0.add_permits(2);
    let (mut first_ended, mut second_ended, mut seen) = (false, false, 0);
    while !(first_ended && second_ended) {
        assert!(waker.wakes() > seen, "the journal has answered, and a saving that waited is not woken");
        seen = waker.wakes();
        first_ended = first_ended || waker.poll(first.as_mut()).is_ready();
        second_ended = second_ended || waker.poll(second.as_mut()).is_ready();
    }
}

#[interleave::test]
async fn balances_never_shows_half_a_move() {
    let accounts = Accounts::new(BEFORE, Book::default());
    assert_eq!(accounts.save(20).await, Ok(()), "100 covers 20");
    let (_, seen) = tokio::join!(accounts.save(30), accounts.balances());
    let (before, after) = (Balances { checking: 80, savings: 20 }, Balances { checking: 50, savings: 50 });
    assert!(
        seen == before || seen == after,
        "20 had been saved, and `balances` was called while 30 more were being saved; it returned {seen:?}"
    );
}

#[interleave::test]
async fn a_refused_saving_is_not_noted() {
    let accounts = Accounts::new(BEFORE, Book::default());
    assert_eq!(accounts.save(101).await, Err(Refused), "100 does not cover 101");
    assert_eq!(accounts.balances().await, BEFORE, "what was refused must not move");
    assert_eq!(accounts.journal().entries(), [], "what was refused must not be noted");
}

#[interleave::test]
async fn savings_add_up_to_the_last_coin() {
    let accounts = Accounts::new(BEFORE, Book::default());
    for (amount, saved) in [(30, 30), (50, 80), (20, 100)] {
        assert_eq!(accounts.save(amount).await, Ok(()), "the balance covers {amount}");
        let now = Balances { checking: 100 - saved, savings: saved };
        assert_eq!(accounts.balances().await, now, "{amount} were saved; left: what is in the accounts");
    }
    assert_eq!(accounts.save(1).await, Err(Refused), "there is nothing left to save");
    assert_eq!(accounts.save(0).await, Ok(()), "an empty account covers 0");
    assert_eq!(accounts.journal().entries(), [30, 50, 20, 0], "four savings were accepted; left: what was noted");
}

#[interleave::test]
fn two_customers_do_not_wait_for_each_other() {
    let context = &mut Context::from_waker(Waker::noop());
    let (one, other) = (Accounts::new(BEFORE, Book::default()), Accounts::new(BEFORE, Book::default()));
    let mut slow = pin!(one.save(30));
    assert!(slow.as_mut().poll(context).is_pending(), "the journal takes more than one poll");
    let mut saving = pin!(other.save(30));
    let ended = (0..10).any(|_| saving.as_mut().poll(context).is_ready());
    assert!(ended, "another customer's saving does not end while this one's is being noted");
    assert_eq!(balances(&other), AFTER, "one customer saved 30; left: what is in the accounts");
}
