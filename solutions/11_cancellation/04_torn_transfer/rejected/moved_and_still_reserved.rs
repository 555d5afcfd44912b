//! verdict: failing-test savings_of_two_tasks_both_end
//! Moves the amount under one guard and releases the reservation under the next. In between, the amount counts twice,
//! and a saving that the balance covers is refused.
//!
//! Money moved between two accounts, each move noted in a journal.

use std::sync::Mutex;

/// Where moves are noted. An entry is made when `record` returns, not before.
pub trait Journal {
    fn record(&self, amount: u64) -> impl Future<Output = ()>;
}

/// What is in the two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balances {
    pub checking: u64,
    pub savings: u64,
}

/// The balance does not cover the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// What is in the accounts, and how much of it is promised to savings that are being noted.
struct Books {
    balances: Balances,
    reserved: u64,
}

/// A part of the checking account that no other saving can have. Given back when it is dropped.
struct Reserved<'a> {
    books: &'a Mutex<Books>,
    amount: u64,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.books.lock().unwrap().reserved -= self.amount;
    }
}

/// The accounts of one customer.
pub struct Accounts<J> {
    journal: J,
    books: Mutex<Books>,
}

impl<J: Journal> Accounts<J> {
    pub fn new(balances: Balances, journal: J) -> Self {
        Self { journal, books: Mutex::new(Books { balances, reserved: 0 }) }
    }

    /// Moves `amount` from checking to savings and notes it, unless the balance does not cover it. A future that is dropped
    /// has done both or neither.
    pub async fn save(&self, amount: u64) -> Result<(), Refused> {
        let reserved = {
            let mut books = self.books.lock().unwrap();
            if books.balances.checking - books.reserved < amount {
                return Err(Refused);
            }
            books.reserved += amount;
            Reserved { books: &self.books, amount }
        };
        self.journal.record(amount).await;
        // From here to the end there is no await, so the future cannot be dropped half-way.
        let mut books = self.books.lock().unwrap();
        books.balances.checking -= amount;
        books.balances.savings += amount;
        drop(books);
        drop(reserved);
        Ok(())
    }

    pub async fn balances(&self) -> Balances {
        self.books.lock().unwrap().balances
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }
}
