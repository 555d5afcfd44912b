//! The accounts of a bank: many threads transfer money, auditors look at all accounts meanwhile, and then it closes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

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

type Account = Arc<Mutex<u64>>;

/// The bank. Threads share it.
pub struct Bank<J> {
    journal: J,
    /// Read by all that changes something, for as long as it takes; written by all that must see nothing half done.
    gate: RwLock<()>,
    is_over: AtomicBool,
    /// Several accounts are locked in the order of their numbers.
    accounts: RwLock<BTreeMap<Number, Account>>,
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        Self { journal, gate: RwLock::default(), is_over: AtomicBool::new(false), accounts: RwLock::default() }
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Opens an account. The caller makes sure that the balances of all accounts together fit into a `u64`.
    pub fn open(&self, number: Number, balance: u64) -> Result<(), Refused> {
        let _inside = self.enter()?;
        let mut accounts = self.accounts.write().unwrap();
        if accounts.contains_key(&number) {
            return Err(Refused::NumberTaken);
        }
        accounts.insert(number, Arc::new(Mutex::new(balance)));
        Ok(())
    }

    /// What is in an account. It can be asked after closing, too.
    pub fn balance(&self, number: Number) -> Result<u64, Refused> {
        let account = self.account(number)?;
        Ok(*lock(&account))
    }

    /// Moves `amount` and notes it, or does nothing. An account may transfer to itself what its balance covers.
    ///
    /// The journal is in an order in which no account is ever overdrawn. While an entry is being written, transfers
    /// between other accounts go on, and those that use one of its accounts may wait, asleep. If the journal panics, so
    /// does this transfer. It has done nothing then, and no other call fails because of it.
    pub fn transfer(&self, from: Number, to: Number, amount: u64) -> Result<(), Refused> {
        let _inside = self.enter()?;
        let (source, target) = (self.account(from)?, self.account(to)?);
        let first = lock(if from < to { &source } else { &target });
        let second = (from != to).then(|| lock(if from < to { &target } else { &source }));
        let (mut source, target) = match second {
            Some(second) if from < to => (first, Some(second)),
            Some(second) => (second, Some(first)),
            None => (first, None),
        };
        if *source < amount {
            return Err(Refused::BalanceTooLow);
        }
        self.journal.note(Entry { from, to, amount });
        if let Some(mut target) = target {
            *source -= amount;
            *target += amount;
        }
        Ok(())
    }

    /// All balances at one moment, also after closing. An audit may wait for entries that are being written, and
    /// transfers may wait for an audit.
    pub fn audit(&self) -> Balances {
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.accounts.read().unwrap().iter().map(|(number, account)| (*number, *lock(account))).collect()
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        self.is_over.store(true, SeqCst);
        // Waits until all who had entered have left, and those who enter later see that the day is over.
        self.audit()
    }

    fn enter(&self) -> Result<RwLockReadGuard<'_, ()>, Refused> {
        // Without this one, refusing would wait behind the thread that closes.
        if self.is_over.load(SeqCst) {
            return Err(Refused::Closed);
        }
        let inside = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        if self.is_over.load(SeqCst) { Err(Refused::Closed) } else { Ok(inside) }
    }

    fn account(&self, number: Number) -> Result<Account, Refused> {
        self.accounts.read().unwrap().get(&number).cloned().ok_or(Refused::Unknown)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
