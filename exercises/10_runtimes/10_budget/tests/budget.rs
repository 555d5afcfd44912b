use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::thread;

use budget::{Busy, Gantry, Passage, toll_road};
use interleave::CountingWaker;
use tokio::sync::Notify;
use tokio::task::coop::{consume_budget, has_budget_remaining};
use tokio::task::yield_now;

/// More than a task may do before tokio makes it yield.
const MANY: usize = 1_000;

/// How many passages `bill` may bill before it lets other tasks run.
const AT_A_TIME: usize = 200;

/// A car that passes for one cent.
const CAR: Passage = Passage { plate: 7, cents: 1 };

/// Reports this many passages of the car.
fn report(gantry: &Gantry, passages: usize) {
    for number in 1..=passages {
        assert_eq!(gantry.report(CAR), Ok(()), "the queue has room for passage {number} of {passages}");
    }
}

/// Reports passages of the car until one is given back, but `most` at most. Returns how many were accepted.
fn fill(gantry: &Gantry, most: usize) -> usize {
    (0..most).take_while(|_| gantry.report(CAR).is_ok()).count()
}

/// Uses up what the task may do before tokio makes it yield. Waits for nothing.
async fn use_up_the_budget() {
    while has_budget_remaining() {
        consume_budget().await;
    }
}

/// Yields, for a new budget, and leaves this many operations of it.
async fn use_up_the_budget_but(left: usize) {
    let mut budget = 0;
    yield_now().await;
    while has_budget_remaining() {
        consume_budget().await;
        budget += 1;
    }
    yield_now().await;
    for _ in left..budget {
        consume_budget().await;
    }
}

#[interleave::test(flavor = "current_thread")]
async fn a_report_is_accepted_while_there_is_room() {
    let (gantry, _office, _accounts) = toll_road(MANY);
    report(&gantry, MANY);
}

#[interleave::test(flavor = "current_thread")]
async fn a_report_is_given_back_when_as_many_wait_as_may() {
    let (gantry, mut office, _accounts) = toll_road(3);
    report(&gantry.clone(), 3);
    let other = Passage { plate: 8, cents: 250 };
    assert_eq!(gantry.report(other), Err(other), "three passages wait, and more may not");
    assert_eq!(office.bill().await, 3, "three passages were accepted; left: how many were billed");
    assert_eq!(gantry.report(other), Ok(()), "no passage waits, and three may");
}

#[interleave::test]
fn two_gantries_do_not_share_the_last_room() {
    let (gantry, _office, _accounts) = toll_road(1);
    let accepted = thread::scope(|scope| {
        let other = scope.spawn(|| gantry.clone().report(CAR).is_ok());
        let accepted = usize::from(gantry.report(CAR).is_ok());
        accepted + usize::from(other.join().unwrap())
    });
    assert_eq!(accepted, 1, "two gantries reported at once, and one passage may wait; left: how many were accepted");
}

#[interleave::test(flavor = "current_thread")]
async fn a_report_is_given_back_when_the_office_is_gone() {
    let (gantry, office, _accounts) = toll_road(3);
    drop(office);
    assert_eq!(gantry.report(CAR), Err(CAR), "the office is gone, so nobody will ever bill this passage");
}

#[interleave::test(flavor = "current_thread")]
async fn every_waiting_passage_is_billed() {
    let (gantry, mut office, accounts) = toll_road(MANY);
    for (passages, owed) in [(0, 0), (1, 1), (200, 201), (MANY, 1_201)] {
        report(&gantry, passages);
        assert_eq!(office.bill().await, passages, "left: how many passages were billed; right: how many waited");
        assert_eq!(accounts.owes(CAR.plate), Ok(owed), "left: what the car owes");
    }
}

#[interleave::test(flavor = "current_thread")]
async fn each_car_owes_for_its_own_passages() {
    let (gantry, mut office, accounts) = toll_road(10);
    for (plate, cents) in [(1, 300), (2, 450), (1, 250)] {
        assert_eq!(gantry.report(Passage { plate, cents }), Ok(()), "the queue has room");
    }
    office.bill().await;
    for (plate, cents) in [(1, 550), (2, 450), (3, 0)] {
        assert_eq!(accounts.owes(plate), Ok(cents), "left: what the car with plate {plate} owes");
    }
}

#[interleave::test(flavor = "current_thread")]
async fn a_task_that_has_used_up_its_budget_bills_all_passages() {
    let (gantry, mut office, accounts) = toll_road(5);
    for left in 0..8 {
        report(&gantry, 5);
        use_up_the_budget_but(left).await;
        let billed = office.bill().await;
        assert_eq!(billed, 5, "the task had {left} operations left; left: how many of five passages were billed");
        use_up_the_budget_but(0).await;
        assert!(accounts.owes(CAR.plate).is_ok(), "the accounts are free, and the task had used up its budget");
    }
    use_up_the_budget_but(0).await;
    assert_eq!(gantry.report(CAR), Ok(()), "the queue has room, and the task had used up its budget");
}

#[interleave::test(flavor = "current_thread")]
async fn a_neighbour_in_the_same_task_may_use_up_the_budget() {
    let (gantry, mut office, _accounts) = toll_road(MANY);
    report(&gantry, MANY);
    let mut billing = pin!(office.bill());
    let mut polls = 0;
    let billed = poll_fn(|context| {
        polls += 1;
        // What a neighbour in `join!` may do: it is polled first and leaves no budget, ten times.
        if (2..12).contains(&polls) {
            let mut neighbour = pin!(use_up_the_budget());
            assert!(neighbour.as_mut().poll(context).is_ready(), "it waits for nothing");
        }
        billing.as_mut().poll(context)
    });
    assert_eq!(billed.await, MANY, "left: how many passages were billed beside a future that uses up the budget");
}

#[interleave::test(flavor = "current_thread")]
async fn other_tasks_run_while_passages_are_billed() {
    let (gantry, mut office, _accounts) = toll_road(MANY);
    report(&gantry, MANY);
    let (longest, all) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    // Whenever it has its turn, it fills the queue, and so sees how many passages were billed since its last turn. It
    // ends some time, in case that `bill` does not end before.
    let other = tokio::spawn({
        let (gantry, longest, all) = (gantry.clone(), Arc::clone(&longest), Arc::clone(&all));
        async move {
            while all.load(SeqCst) < 3 * MANY {
                let billed = fill(&gantry, MANY);
                longest.fetch_max(billed, SeqCst);
                all.fetch_add(billed, SeqCst);
                // Unlike after tokio's, it is ready again at once, not only when all others have had their turn.
                interleave::yield_now().await;
            }
        }
    });
    let billing = tokio::spawn(async move {
        office.bill().await;
        office
    });
    let _office = billing.await.unwrap();
    other.abort();
    if all.load(SeqCst) < 3 * MANY {
        // What was billed since its last turn.
        longest.fetch_max(fill(&gantry, MANY), SeqCst);
    }
    let billed = longest.load(SeqCst);
    assert!(
        billed <= AT_A_TIME,
        "{billed} passages were billed before another task, which was ready, had its turn; it should have one at least \
         once in {AT_A_TIME} passages",
    );
}

#[interleave::test(flavor = "current_thread")]
async fn bill_ends_although_passages_are_reported_all_the_time() {
    let (waiting, others) = (300, 700);
    let (gantry, mut office, _accounts) = toll_road(waiting);
    report(&gantry, waiting);
    // Whenever it has its turn, it fills the queue. It ends some time, so that every test does.
    let traffic = tokio::spawn(async move {
        let mut left = others;
        while left > 0 {
            left -= fill(&gantry, left);
            yield_now().await;
        }
    });
    let billed = office.bill().await;
    traffic.abort();
    assert!(billed >= waiting, "{waiting} passages waited, and {billed} of them were billed");
    assert!(
        billed < waiting + others,
        "{waiting} passages waited, {others} were reported meanwhile, and `bill` did not end until it had billed all",
    );
}

#[interleave::test(flavor = "current_thread")]
async fn a_payment_meanwhile_leaves_no_passage_unbilled() {
    let (gantry, mut office, accounts) = toll_road(MANY);
    report(&gantry, MANY);
    let billing = tokio::spawn(async move { office.bill().await });
    // It has its turn when `bill` yields, and needs a few turns more.
    let paying = tokio::spawn(async move {
        let transfer = async {
            for _ in 0..3 {
                yield_now().await;
            }
        };
        accounts.pay(8, transfer).await;
    });
    let billed = billing.await.unwrap();
    paying.await.unwrap();
    assert_eq!(billed, MANY, "another car paid meanwhile; left: how many passages were billed; right: how many waited");
}

#[interleave::test(flavor = "current_thread")]
async fn what_a_car_owes_is_known_while_the_accounts_are_free() {
    let (_gantry, _office, accounts) = toll_road(1);
    for number in 1..=MANY {
        assert_eq!(accounts.owes(CAR.plate), Ok(0), "nobody uses the accounts, and this is question {number}");
    }
}

#[interleave::test(flavor = "current_thread")]
async fn an_account_that_is_being_paid_is_busy() {
    let (gantry, mut office, accounts) = toll_road(1);
    report(&gantry, 1);
    office.bill().await;
    let transferred = Notify::new();
    let waker = CountingWaker::new();
    let mut paying = pin!(accounts.pay(CAR.plate, transferred.notified()));
    assert!(waker.poll(paying.as_mut()).is_pending(), "the bank has not transferred the money");
    assert_eq!(accounts.clone().owes(CAR.plate), Err(Busy), "a payment is under way");
    transferred.notify_one();
    assert_eq!(waker.poll(paying.as_mut()), Poll::Ready(()), "the bank has transferred the money");
    assert_eq!(accounts.owes(CAR.plate), Ok(0), "the car has paid; left: what it owes");
}

#[interleave::test(flavor = "current_thread")]
async fn bill_sleeps_until_the_accounts_are_free() {
    let (gantry, mut office, accounts) = toll_road(3);
    report(&gantry, 1);
    let transferred = Notify::new();
    let waker = CountingWaker::new();
    let mut paying = pin!(accounts.pay(8, transferred.notified()));
    assert!(waker.poll(paying.as_mut()).is_pending(), "the bank has not transferred the money");
    let office_waker = CountingWaker::new();
    let mut billing = pin!(office.bill());
    assert!(office_waker.poll(billing.as_mut()).is_pending(), "the accounts are in use");
    report(&gantry, 2);
    yield_now().await;
    let wakes = office_waker.wakes();
    assert_eq!(wakes, 0, "the accounts are still in use; left: how often `bill` woke its task. Does it poll for them?");
    transferred.notify_one();
    assert!(waker.poll(paying.as_mut()).is_ready(), "the bank has transferred the money");
    yield_now().await;
    assert!(office_waker.wakes() > 0, "the accounts are free, and `bill` was not woken");
    let billed = billing.await;
    assert_eq!(billed, 3, "three passages waited when the accounts became free; left: how many of them were billed");
}

#[interleave::test(flavor = "current_thread")]
async fn a_bill_that_is_dropped_loses_no_passage() {
    let (gantry, mut office, accounts) = toll_road(3);
    report(&gantry, 3);
    let transferred = Notify::new();
    let waker = CountingWaker::new();
    {
        let mut paying = pin!(accounts.pay(1, transferred.notified()));
        assert!(waker.poll(paying.as_mut()).is_pending(), "the bank has not transferred the money");
        let mut billing = pin!(office.bill());
        assert!(waker.poll(billing.as_mut()).is_pending(), "the accounts are in use");
        // Both are dropped.
    }
    assert_eq!(office.bill().await, 3, "dropped while it waited for the accounts; left: what was billed the next time");
    assert_eq!(accounts.owes(CAR.plate), Ok(3), "three passages were billed; left: what the car owes");
}

#[interleave::test(flavor = "current_thread")]
async fn a_bill_that_is_dropped_between_two_passages_loses_none() {
    let (gantry, mut office, accounts) = toll_road(MANY);
    report(&gantry, MANY);
    {
        let mut billing = pin!(office.bill());
        assert!(CountingWaker::new().poll(billing.as_mut()).is_pending(), "other tasks run in between");
        // Here a timeout expires.
    }
    // A new poll, and so a new budget.
    yield_now().await;
    let owed = accounts.owes(CAR.plate);
    assert!(owed.is_ok(), "`bill` was dropped between two passages, and the accounts are still in use");
    let accepted = fill(&gantry, 2 * MANY);
    assert_eq!(
        Ok(accepted as u64),
        owed,
        "{MANY} passages waited, and `bill` was dropped half-way; left: how many reports are accepted now; right: how \
         many passages it had billed, which is how much room there should be",
    );
    yield_now().await;
    office.bill().await;
    let owed = accounts.owes(CAR.plate);
    assert_eq!(
        owed,
        Ok((MANY + accepted) as u64),
        "dropped between two passages, and called again; left: what the car owes; right: how many were reported",
    );
}
