//! verdict: failing-test a_transfer_whose_journal_panics_is_never_seen
//! Moves the money first, and moves it back if the journal panics. An audit sees it in between.
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

struct Account {
    balance: u64,
    /// Whether a transfer that uses it is being noted.
    is_busy: bool,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<Number, Account>,
    is_over: bool,
    /// How many transfers have begun and not ended.
    under_way: usize,
}

impl State {
    fn is_busy(&self, entry: Entry) -> bool {
        self.accounts[&entry.from].is_busy || self.accounts[&entry.to].is_busy
    }

    fn account(&mut self, number: Number) -> &mut Account {
        self.accounts.get_mut(&number).expect("no account is ever removed")
    }

    fn set_busy(&mut self, entry: Entry, is_busy: bool) {
        self.account(entry.from).is_busy = is_busy;
        self.account(entry.to).is_busy = is_busy;
    }

    fn balances(&self) -> Balances {
        self.accounts.iter().map(|(number, account)| (*number, account.balance)).collect()
    }
}

/// The bank. Threads share it.
pub struct Bank<J> {
    journal: J,
    state: Mutex<State>,
    /// Notified when accounts are not busy any more.
    freed: Condvar,
    /// Notified when nothing is under way any more.
    idle: Condvar,
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        Self { journal, state: Mutex::default(), freed: Condvar::new(), idle: Condvar::new() }
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Opens an account. The caller makes sure that the balances of all accounts together fit into a `u64`.
    pub fn open(&self, number: Number, balance: u64) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.is_over {
            return Err(Refused::Closed);
        }
        if state.accounts.contains_key(&number) {
            return Err(Refused::NumberTaken);
        }
        state.accounts.insert(number, Account { balance, is_busy: false });
        Ok(())
    }

    /// What is in an account. It can be asked after closing, too.
    pub fn balance(&self, number: Number) -> Result<u64, Refused> {
        self.lock().accounts.get(&number).map(|account| account.balance).ok_or(Refused::Unknown)
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
        self.lock().balances()
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        let mut state = self.lock();
        state.is_over = true;
        while state.under_way > 0 {
            state = self.idle.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.balances()
    }

    fn reserve(&self, entry: Entry) -> Result<Reserved<'_, J>, Refused> {
        let mut state = self.lock();
        if state.is_over {
            return Err(Refused::Closed);
        }
        if !state.accounts.contains_key(&entry.from) || !state.accounts.contains_key(&entry.to) {
            return Err(Refused::Unknown);
        }
        state.under_way += 1;
        while state.is_busy(entry) {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.accounts[&entry.from].balance < entry.amount {
            self.end(&mut state);
            return Err(Refused::BalanceTooLow);
        }
        state.set_busy(entry, true);
        state.account(entry.from).balance -= entry.amount;
        state.account(entry.to).balance += entry.amount;
        Ok(Reserved { bank: self, entry, is_noted: false })
    }
}

impl<J> Bank<J> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, state: &mut State) {
        state.under_way -= 1;
        if state.under_way == 0 {
            self.idle.notify_all();
        }
    }
}

/// The right to use two accounts while the journal is being written.
struct Reserved<'a, J> {
    bank: &'a Bank<J>,
    entry: Entry,
    is_noted: bool,
}

impl<J> Drop for Reserved<'_, J> {
    fn drop(&mut self) {
        let mut state = self.bank.lock();
        if !self.is_noted {
            state.account(self.entry.to).balance -= self.entry.amount;
            state.account(self.entry.from).balance += self.entry.amount;
        }
        state.set_busy(self.entry, false);
        self.bank.freed.notify_all();
        self.bank.end(&mut state);
    }
}
