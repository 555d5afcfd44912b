//! verdict: failing-test a_transfer_whose_journal_panics_takes_nothing_from_others
//! Refuses a transfer because of money that is only reserved. The one that reserved it may end by a panic.
//!
//! The accounts of a bank: many threads transfer money, auditors look at all accounts meanwhile, and then it closes.

use std::collections::BTreeMap;
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

/// An account. What is reserved is on its way to another one: it is still here, but cannot be spent.
struct Account {
    balance: u64,
    reserved: u64,
}

#[derive(Default)]
struct Books {
    accounts: BTreeMap<Number, Account>,
    is_over: bool,
    /// How many transfers are being noted.
    under_way: usize,
}

/// The bank. Threads share it. One lock guards everything, and is not held while the journal is being written.
pub struct Bank<J> {
    journal: J,
    books: Mutex<Books>,
    /// Notified when nothing is under way any more.
    idle: Condvar,
}

/// A transfer that is being noted. Its money is reserved until this is dropped.
struct Reserved<'a, J> {
    bank: &'a Bank<J>,
    entry: Entry,
    is_noted: bool,
}

impl<J> Drop for Reserved<'_, J> {
    fn drop(&mut self) {
        let Entry { from, to, amount } = self.entry;
        let mut books = self.bank.books.lock().unwrap_or_else(PoisonError::into_inner);
        // In one step with the move, so that no money is seen as moved and as reserved.
        let source = books.accounts.get_mut(&from).expect("no account is ever closed");
        source.reserved -= amount;
        if self.is_noted {
            source.balance -= amount;
            books.accounts.get_mut(&to).expect("no account is ever closed").balance += amount;
        }
        books.under_way -= 1;
        if books.under_way == 0 {
            self.bank.idle.notify_all();
        }
    }
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        Self { journal, books: Mutex::default(), idle: Condvar::new() }
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
        if books.accounts.contains_key(&number) {
            return Err(Refused::NumberTaken);
        }
        books.accounts.insert(number, Account { balance, reserved: 0 });
        Ok(())
    }

    /// What is in an account. It can be asked after closing, too.
    pub fn balance(&self, number: Number) -> Result<u64, Refused> {
        self.books().accounts.get(&number).map(|account| account.balance).ok_or(Refused::Unknown)
    }

    /// Moves `amount` and notes it, or does nothing. An account may transfer to itself what its balance covers.
    ///
    /// The journal is in an order in which no account is ever overdrawn. While an entry is being written, transfers
    /// between other accounts go on, and those that use one of its accounts may wait, asleep. If the journal panics, so
    /// does this transfer. It has done nothing then, and no other call fails because of it.
    pub fn transfer(&self, from: Number, to: Number, amount: u64) -> Result<(), Refused> {
        let entry = Entry { from, to, amount };
        let mut reserved = self.reserve(entry)?;
        self.journal.note(entry);
        reserved.is_noted = true;
        Ok(())
    }

    /// All balances at one moment, also after closing. An audit may wait for entries that are being written, and
    /// transfers may wait for an audit.
    pub fn audit(&self) -> Balances {
        balances(&self.books())
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        let mut books = self.books();
        books.is_over = true;
        let books = self.idle.wait_while(books, |books| books.under_way > 0);
        balances(&books.unwrap_or_else(PoisonError::into_inner))
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve(&self, entry: Entry) -> Result<Reserved<'_, J>, Refused> {
        let mut books = self.books();
        if books.is_over {
            return Err(Refused::Closed);
        }
        if !books.accounts.contains_key(&entry.to) {
            return Err(Refused::Unknown);
        }
        let source = books.accounts.get_mut(&entry.from).ok_or(Refused::Unknown)?;
        if source.balance - source.reserved < entry.amount {
            return Err(Refused::BalanceTooLow);
        }
        source.reserved += entry.amount;
        books.under_way += 1;
        Ok(Reserved { bank: self, entry, is_noted: false })
    }
}

fn balances(books: &Books) -> Balances {
    books.accounts.iter().map(|(number, account)| (*number, account.balance)).collect()
}
