//! verdict: deadlock an_opening_does_not_make_transfers_wait_for_the_journal
//! Holds the read guard of the list while the journal is written. An opening waits, and all others behind it.
//!
//! The accounts of a bank: many threads transfer money, auditors look at all accounts meanwhile, and then it closes.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

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

struct Traffic {
    is_over: bool,
    /// How many transfers have begun and not ended.
    under_way: usize,
}

/// The bank. Threads share it.
pub struct Bank<J> {
    journal: J,
    /// Accounts are locked in the order of their numbers.
    accounts: RwLock<BTreeMap<Number, Account>>,
    traffic: Mutex<Traffic>,
    /// Notified when nothing is under way any more.
    idle: Condvar,
}

/// A balance is never half changed, so a panic does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        Self {
            journal,
            accounts: RwLock::default(),
            traffic: Mutex::new(Traffic { is_over: false, under_way: 0 }),
            idle: Condvar::new(),
        }
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Opens an account. The caller makes sure that the balances of all accounts together fit into a `u64`.
    pub fn open(&self, number: Number, balance: u64) -> Result<(), Refused> {
        let _under_way = self.begin()?;
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
        let balance = *lock(&account);
        Ok(balance)
    }

    /// Moves `amount` and notes it, or does nothing. An account may transfer to itself what its balance covers.
    ///
    /// The journal is in an order in which no account is ever overdrawn. While an entry is being written, transfers
    /// between other accounts go on, and those that use one of its accounts may wait, asleep. If the journal panics, so
    /// does this transfer. It has done nothing then, and no other call fails because of it.
    pub fn transfer(&self, from: Number, to: Number, amount: u64) -> Result<(), Refused> {
        let _under_way = self.begin()?;
        let entry = Entry { from, to, amount };
        let accounts = self.accounts.read().unwrap();
        if from == to {
            let balance = lock(accounts.get(&from).ok_or(Refused::Unknown)?);
            if *balance < amount {
                return Err(Refused::BalanceTooLow);
            }
            self.journal.note(entry);
            return Ok(());
        }
        let source = accounts.get(&from).ok_or(Refused::Unknown)?;
        let target = accounts.get(&to).ok_or(Refused::Unknown)?;
        let (mut source, mut target) = if from < to {
            let source = lock(source);
            (source, lock(target))
        } else {
            let target = lock(target);
            (lock(source), target)
        };
        if *source < amount {
            return Err(Refused::BalanceTooLow);
        }
        self.journal.note(entry);
        *source -= amount;
        *target += amount;
        Ok(())
    }

    /// All balances at one moment, also after closing. An audit may wait for entries that are being written, and
    /// transfers may wait for an audit.
    pub fn audit(&self) -> Balances {
        let accounts = self.accounts.read().unwrap();
        let locked: Vec<_> = accounts.iter().map(|(number, account)| (*number, lock(account))).collect();
        locked.iter().map(|(number, balance)| (*number, **balance)).collect()
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        let mut traffic = lock(&self.traffic);
        traffic.is_over = true;
        while traffic.under_way > 0 {
            traffic = self.idle.wait(traffic).unwrap_or_else(PoisonError::into_inner);
        }
        drop(traffic);
        self.audit()
    }

    fn begin(&self) -> Result<UnderWay<'_>, Refused> {
        let mut traffic = lock(&self.traffic);
        if traffic.is_over {
            return Err(Refused::Closed);
        }
        traffic.under_way += 1;
        Ok(UnderWay { traffic: &self.traffic, idle: &self.idle })
    }

    fn account(&self, number: Number) -> Result<Account, Refused> {
        self.accounts.read().unwrap().get(&number).cloned().ok_or(Refused::Unknown)
    }
}

/// A transfer or an opening that has begun. Dropping it ends it.
struct UnderWay<'a> {
    traffic: &'a Mutex<Traffic>,
    idle: &'a Condvar,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut traffic = lock(self.traffic);
        traffic.under_way -= 1;
        if traffic.under_way == 0 {
            self.idle.notify_all();
        }
    }
}
