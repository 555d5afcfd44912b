//! The accounts of a bank: many threads transfer money, auditors look at all accounts meanwhile, and then it closes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Identifies an account.
pub type Number = u32;

/// Balances of all accounts at one moment.
pub type Balances = BTreeMap<Number, u64>;

/// A transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub from: Number,
    pub to: Number,
    pub amount: u64,
}

/// Where transfers are noted, by several threads at the same time. It may take long. It may also panic: then it has
/// noted nothing.
pub trait Journal: Send + Sync + 'static {
    fn note(&self, entry: Entry);
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The bank is closing, or closed.
    Closed,
    /// There is no such account.
    Unknown,
    /// There is already an account with this number.
    NumberTaken,
    /// The balance does not cover the amount.
    BalanceTooLow,
}

#[derive(Default)]
struct Books {
    balances: Balances,
    /// The accounts of transfers that are being noted.
    busy: BTreeSet<Number>,
    is_over: bool,
}

/// The bank. Threads share it. A transfer waits until both of its accounts are free and takes both in one step.
pub struct Bank<J> {
    journal: J,
    books: Mutex<Books>,
    /// Notified when accounts are free again.
    free: Condvar,
}

/// The two accounts of a transfer.
struct Busy<'a, J>(&'a Bank<J>, [Number; 2]);

impl<J> Drop for Busy<'_, J> {
    fn drop(&mut self) {
        let mut books = self.0.books();
        for number in self.1 {
            books.busy.remove(&number);
        }
        self.0.free.notify_all();
    }
}

impl<J> Bank<J> {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'a>(
        &self,
        books: MutexGuard<'a, Books>,
        condition: impl FnMut(&mut Books) -> bool,
    ) -> MutexGuard<'a, Books> {
        self.free.wait_while(books, condition).unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        Self { journal, books: Mutex::default(), free: Condvar::new() }
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Opens an account. The caller makes sure that the balances of all accounts together fit into a `u64`.
    pub fn open(&self, number: Number, balance: u64) -> Result<(), Refused> {
        let mut books = self.books();
        if books.is_over {
            return Err(Refused::Closed);
        }
        if books.balances.contains_key(&number) {
            return Err(Refused::NumberTaken);
        }
        books.balances.insert(number, balance);
        Ok(())
    }

    /// What is in an account. It can be asked after closing, too.
    pub fn balance(&self, number: Number) -> Result<u64, Refused> {
        self.books().balances.get(&number).copied().ok_or(Refused::Unknown)
    }

    /// Moves `amount` and notes it, or does nothing. An account may transfer to itself what its balance covers.
    ///
    /// The journal is in an order in which no account is ever overdrawn. While an entry is being written, transfers
    /// between other accounts go on, and those that use one of its accounts may wait, asleep. If the journal panics, so
    /// does this transfer. It has done nothing then, and no other call fails because of it.
    pub fn transfer(&self, from: Number, to: Number, amount: u64) -> Result<(), Refused> {
        let both = [from, to];
        let mut books =
            self.wait_while(self.books(), |books| !books.is_over && both.iter().any(|n| books.busy.contains(n)));
        if books.is_over {
            return Err(Refused::Closed);
        }
        if both.iter().any(|number| !books.balances.contains_key(number)) {
            return Err(Refused::Unknown);
        }
        if books.balances[&from] < amount {
            return Err(Refused::BalanceTooLow);
        }
        books.busy.extend(both);
        drop(books);
        let _busy = Busy(self, both);
        self.journal.note(Entry { from, to, amount });
        let mut books = self.books();
        *books.balances.get_mut(&from).expect("no account is ever closed") -= amount;
        *books.balances.get_mut(&to).expect("no account is ever closed") += amount;
        Ok(())
    }

    /// All balances at one moment, also after closing. An audit may wait for entries that are being written, and
    /// transfers may wait for an audit.
    pub fn audit(&self) -> Balances {
        self.books().balances.clone()
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        let mut books = self.books();
        books.is_over = true;
        self.free.notify_all();
        let books = self.wait_while(books, |books| !books.busy.is_empty());
        books.balances.clone()
    }
}
