use std::pin::pin;
use std::sync::Arc;

use interleave::{CountingWaker, histories, like_the_model};
use smol::future::{block_on, poll_once};
use transfer::{Bank, Refused};

async fn balances<const N: usize>(bank: &Bank) -> [u64; N] {
    let mut balances = [0; N];
    for (account, balance) in balances.iter_mut().enumerate() {
        *balance = *bank.review(account).await;
    }
    balances
}

/// The output of `future` if it is ready after a hundred polls, during which nothing else runs.
async fn without_waiting<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Some(output) = poll_once(&mut future).await {
            return Some(output);
        }
    }
    None
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn opposite_transfers_never_deadlock() {
    let bank = Arc::new(Bank::new(&[100, 100]));
    let back = smol::spawn({
        let bank = Arc::clone(&bank);
        async move { bank.transfer(1, 0, 20).await }
    });
    assert_eq!(bank.transfer(0, 1, 50).await, Ok(()), "account 0 had at least 100");
    assert_eq!(back.await, Ok(()), "account 1 had at least 100");
    assert_eq!(balances(&bank).await, [70, 130], "50 went from 0 to 1, and 20 from 1 to 0");
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn a_transfer_and_an_audit_never_deadlock() {
    let bank = Arc::new(Bank::new(&[100, 100]));
    let transfer = smol::spawn({
        let bank = Arc::clone(&bank);
        async move { bank.transfer(1, 0, 20).await }
    });
    assert_eq!(bank.total().await, 200, "the audit found some money in no account, or some in two");
    assert_eq!(transfer.await, Ok(()), "account 1 had 100");
}

/// Also of accounts 9 and 10: as text, "10" comes before "9".
#[interleave::test(runtime = "smol", real_only)]
async fn a_transfer_locks_the_lower_number_first() {
    let bank = Bank::new(&[100; 12]);
    for high in 1..12 {
        for low in 0..high {
            for (from, to) in [(low, high), (high, low)] {
                let review = bank.review(low).await;
                let mut waiting = pin!(bank.transfer(from, to, 10));
                assert_eq!(without_waiting(&mut waiting).await, None, "account {low} is under review");
                assert!(
                    without_waiting(bank.review(high)).await.is_some(),
                    "account {low} is under review; a transfer from {from} to {to} waits for it and has locked account {high}",
                );
                drop(review);
                assert_eq!(waiting.await, Ok(()), "the review is over, and account {from} has at least 100");
            }
        }
    }
}

#[interleave::test(runtime = "smol")]
async fn a_transfer_to_the_same_account_changes_nothing() {
    let bank = Bank::new(&[100]);
    assert_eq!(bank.transfer(0, 0, 30).await, Ok(()), "the balance of 100 covers 30");
    assert_eq!(balances(&bank).await, [100], "30 went from account 0 to account 0");
    assert_eq!(bank.transfer(0, 0, 101).await, Err(Refused), "no transfer may exceed the balance, wherever it goes");
    assert_eq!(balances(&bank).await, [100], "the transfer was refused");
}

#[interleave::test(runtime = "smol")]
async fn a_transfer_to_the_same_account_waits_for_it() {
    let bank = Bank::new(&[100]);
    let mut review = bank.review(0).await;
    let mut waiting = pin!(bank.transfer(0, 0, 30));
    assert_eq!(without_waiting(&mut waiting).await, None, "account 0 is under review, and its balance may change");
    *review = 20;
    drop(review);
    assert_eq!(waiting.await, Err(Refused), "the review has left a balance of 20, which does not cover 30");
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn an_account_is_never_overdrawn() {
    let bank = Arc::new(Bank::new(&[100, 0, 0]));
    let other = smol::spawn({
        let bank = Arc::clone(&bank);
        async move { bank.transfer(0, 2, 80).await }
    });
    let both = [bank.transfer(0, 1, 80).await, other.await];
    assert!(both.contains(&Ok(())) && both.contains(&Err(Refused)), "100 covers one transfer of 80, not two: {both:?}");
    assert_eq!(bank.total().await, 100, "a refused transfer moves nothing");
}

#[interleave::test(runtime = "smol")]
async fn a_transfer_waits_for_its_own_accounts_only() {
    let bank = Bank::new(&[100, 0, 100, 0, 0]);
    for (reviewed, from, to) in [(3, 2, 3), (2, 2, 3), (2, 3, 2), (3, 3, 2), (2, 2, 2)] {
        let review = bank.review(reviewed).await;
        let mut waiting = pin!(bank.transfer(from, to, 0));
        assert_eq!(
            without_waiting(&mut waiting).await,
            None,
            "account {reviewed} is under review, so nothing can be moved from {from} to {to}"
        );
        for (giver, taker) in [(0, 1), (1, 4), (4, 0), (0, 0)] {
            assert_eq!(
                without_waiting(bank.transfer(giver, taker, 10)).await,
                Some(Ok(())),
                "accounts {giver} and {taker} are free; a transfer between them waits for one between {from} and {to}",
            );
        }
        drop(review);
        assert_eq!(waiting.await, Ok(()), "the review is over, so the other transfer can go on");
    }
    assert_eq!(balances(&bank).await, [100, 0, 100, 0, 0], "10 went round from account 0 to 1 to 4 to 0, five times");
}

#[interleave::test(runtime = "smol")]
async fn two_banks_share_nothing() {
    let (bank, other) = (Bank::new(&[100, 0]), Bank::new(&[100, 0]));
    for (from, to) in [(0, 1), (1, 0), (1, 1)] {
        let review = bank.review(1).await;
        let mut waiting = pin!(bank.transfer(from, to, 0));
        assert_eq!(without_waiting(&mut waiting).await, None, "account 1 is under review");
        for (giver, taker) in [(0, 1), (1, 0), (0, 0)] {
            assert_eq!(
                without_waiting(other.transfer(giver, taker, 20)).await,
                Some(Ok(())),
                "accounts {giver} and {taker} of this bank are free; the transfer waits for one in another bank",
            );
        }
        drop(review);
        assert_eq!(waiting.await, Ok(()), "the review is over");
    }
    assert_eq!(bank.transfer(0, 1, 10).await, Ok(()), "account 0 has 100");
    assert_eq!(balances(&bank).await, [90, 10], "10 went from account 0 to 1 in this bank");
    assert_eq!(balances(&other).await, [100, 0], "10 went from account 0 to 1 in another bank");
}

#[interleave::test(runtime = "smol")]
async fn a_waiting_transfer_sleeps() {
    for (reviewed, from, to) in [(0, 0, 1), (1, 0, 1), (0, 1, 0), (1, 1, 0), (0, 0, 0)] {
        let bank = Bank::new(&[100, 100]);
        let review = bank.review(reviewed).await;
        let task = CountingWaker::new();
        let mut waiting = pin!(bank.transfer(from, to, 10));
        for _ in 0..10 {
            assert!(task.poll(waiting.as_mut()).is_pending(), "account {reviewed} is under review");
        }
        assert_eq!(
            task.wakes(),
            0,
            "account {reviewed} is under review; left: how often a transfer from {from} to {to} woke itself meanwhile"
        );
        drop(review);
        assert_eq!(waiting.await, Ok(()), "the review is over");
    }
}

/// Of two transfers that wait for an account, the first is dropped: before or after the account is free.
#[interleave::test(runtime = "smol")]
async fn a_transfer_that_is_dropped_changes_nothing() {
    for (reviewed, from, to) in [(0, 0, 1), (1, 0, 1), (0, 1, 0), (1, 1, 0), (0, 0, 0)] {
        for freed_before in [false, true] {
            let bank = Bank::new(&[100, 100]);
            let mut review = Some(bank.review(reviewed).await);
            let task = CountingWaker::new();
            let mut next = pin!(bank.transfer(1, 0, 20));
            {
                let mut dropped = pin!(bank.transfer(from, to, 10));
                assert_eq!(poll_once(&mut dropped).await, None, "account {reviewed} is under review");
                assert!(task.poll(next.as_mut()).is_pending(), "account {reviewed} is under review");
                if freed_before {
                    review = None;
                }
                // Here the transfer is dropped, as a timeout does.
            }
            drop(review);
            assert!(
                task.wakes() > 0,
                "a transfer was dropped that waited for account {reviewed}; the one behind it sleeps, and nothing will \
                 wake it",
            );
            assert_eq!(next.await, Ok(()), "account 1 has 100");
            assert_eq!(
                balances(&bank).await,
                [120, 80],
                "20 went from account 1 to 0; a transfer of 10 from {from} to {to} was dropped while it waited for account \
                 {reviewed}"
            );
            assert_eq!(without_waiting(bank.transfer(0, 1, 120)).await, Some(Ok(())), "account 0 has 120 and is free");
        }
    }
}

/// Transfers one after the other, compared with a list of balances.
#[interleave::test(real_only)]
fn a_bank_keeps_its_books() {
    histories(
        |draws| (draws.below(3), draws.below(3), draws.below(5) as u64),
        || (Bank::new(&[4, 0, 2]), [4, 0, 2]),
        |(bank, model), (from, to, amount)| {
            let expected = if model[from] < amount { Err(Refused) } else { Ok(()) };
            if expected.is_ok() {
                model[from] -= amount;
                model[to] += amount;
            }
            like_the_model(block_on(bank.transfer(from, to, amount)), expected)?;
            like_the_model(block_on(balances(bank)), *model)?;
            like_the_model(block_on(bank.total()), 6)
        },
    );
}
