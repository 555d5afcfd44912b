use std::pin::pin;
use std::sync::Arc;

use smol::future::poll_once;
use transfer::{Bank, Refused};

async fn balances<const N: usize>(bank: &Bank) -> [u64; N] {
    let mut balances = [0; N];
    for (account, balance) in balances.iter_mut().enumerate() {
        *balance = *bank.review(account).await;
    }
    balances
}

/// The output of `future` if it gets there without anybody else's doing.
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
    assert_eq!(bank.transfer(0, 1, 50).await, Ok(()), "account 0 had 100 at least");
    assert_eq!(back.await, Ok(()), "account 1 had 100 at least");
    assert_eq!(balances(&bank).await, [70, 130], "50 went one way and 20 the other way");
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn a_transfer_and_an_audit_never_deadlock() {
    let bank = Arc::new(Bank::new(&[100, 100]));
    let transfer = smol::spawn({
        let bank = Arc::clone(&bank);
        async move { bank.transfer(1, 0, 20).await }
    });
    assert_eq!(bank.total().await, 200, "money was in neither account when the audit counted it");
    assert_eq!(transfer.await, Ok(()), "account 1 had 100");
}

#[interleave::test(runtime = "smol")]
async fn a_transfer_to_the_same_account_changes_nothing() {
    let bank = Bank::new(&[100]);
    assert_eq!(bank.transfer(0, 0, 30).await, Ok(()), "the balance of 100 covers 30");
    assert_eq!(balances(&bank).await, [100], "30 went from account 0 to account 0");
    assert_eq!(bank.transfer(0, 0, 101).await, Err(Refused), "no transfer may exceed the balance, wherever it goes");
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
    let bank = Bank::new(&[100, 0, 100, 0]);
    let review = bank.review(3).await;
    let mut waiting = pin!(bank.transfer(2, 3, 10));
    assert_eq!(without_waiting(&mut waiting).await, None, "account 3 is under review, so nothing can be moved there");
    assert_eq!(
        without_waiting(bank.transfer(0, 1, 10)).await,
        Some(Ok(())),
        "accounts 0 and 1 are free, and a transfer between them was kept waiting for another one",
    );
    drop(review);
    assert_eq!(waiting.await, Ok(()), "the review is over, so the other transfer can go on");
    assert_eq!(balances(&bank).await, [90, 10, 90, 10], "10 went from account 0 to 1, and 10 from 2 to 3");
}
