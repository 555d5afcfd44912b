//! verdict: failing-test a_transfer_locks_the_lower_number_first
//! Compares the numbers as text, as if they were names: 10 comes before 9.
//!
//! A bank whose accounts have a lock each.

use smol::lock::{Mutex, MutexGuard};

/// The balance does not cover the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// Accounts, by number. A task that locks several locks the lower number first.
pub struct Bank {
    accounts: Vec<Mutex<u64>>,
}

impl Bank {
    /// A bank with one account for each of `balances`: number 0, number 1, and so on.
    pub fn new(balances: &[u64]) -> Self {
        Self { accounts: balances.iter().map(|&balance| Mutex::new(balance)).collect() }
    }

    /// Moves `amount` from one account to another, or refuses if the balance of `from` does not cover it.
    pub async fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), Refused> {
        if from == to {
            let balance = self.accounts[from].lock().await;
            return if *balance < amount { Err(Refused) } else { Ok(()) };
        }
        let from_first = from.to_string() < to.to_string();
        let (first, second) = if from_first { (from, to) } else { (to, from) };
        let first = self.accounts[first].lock().await;
        let second = self.accounts[second].lock().await;
        let (mut source, mut target) = if from_first { (first, second) } else { (second, first) };
        if *source < amount {
            return Err(Refused);
        }
        *source -= amount;
        *target += amount;
        Ok(())
    }

    /// Locks one account for a review. Nobody can use it until the guard is dropped.
    pub async fn review(&self, account: usize) -> MutexGuard<'_, u64> {
        self.accounts[account].lock().await
    }

    /// The sum of all balances at one moment.
    pub async fn total(&self) -> u64 {
        let mut guards = Vec::new();
        for account in &self.accounts {
            guards.push(account.lock().await);
        }
        guards.iter().map(|balance| **balance).sum()
    }
}
