//! verdict: failing-test a_transfer_to_the_same_account_changes_nothing
//! Returns at once if source and target are the same account: the balance is not checked, and nothing is noted.
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

/// The bank. Threads share it.
pub struct Bank<J> {
    journal: J,
    /// Several accounts are locked in the order of their numbers.
    accounts: RwLock<BTreeMap<Number, Account>>,
    day: Mutex<Day>,
    /// Notified when nothing is under way any more.
    idle: Condvar,
}

#[derive(Default)]
struct Day {
    is_over: bool,
    /// How many transfers and openings have begun and not ended.
    under_way: usize,
}

/// A transfer or opening that has begun. It ends when this is dropped, also by a `?` or a panic.
struct UnderWay<'a> {
    day: &'a Mutex<Day>,
    idle: &'a Condvar,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut day = lock(self.day);
        day.under_way -= 1;
        if day.under_way == 0 {
            self.idle.notify_all();
        }
    }
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        Self { journal, accounts: RwLock::default(), day: Mutex::default(), idle: Condvar::new() }
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
        Ok(*lock(&account))
    }

    /// Moves `amount` and notes it, or does nothing. An account may transfer to itself what its balance covers.
    ///
    /// The journal is in an order in which no account is ever overdrawn. While an entry is being written, transfers
    /// between other accounts go on, and those that use one of its accounts may wait, asleep. If the journal panics, so
    /// does this transfer. It has done nothing then, and no other call fails because of it.
    pub fn transfer(&self, from: Number, to: Number, amount: u64) -> Result<(), Refused> {
        let _under_way = self.begin()?;
        let (source, target) = self.both(from, to)?;
        let entry = Entry { from, to, amount };
        if from == to {
            return Ok(());
        }
        let (mut source, mut target) = if from < to {
            let source = lock(&source);
            (source, lock(&target))
        } else {
            let target = lock(&target);
            (lock(&source), target)
        };
        if *source < amount {
            return Err(Refused::BalanceTooLow);
        }
        self.journal.note(entry);
        // Nothing panics between these two, so a poisoned account is as good as any.
        *source -= amount;
        *target += amount;
        Ok(())
    }

    /// All balances at one moment, also after closing. An audit may wait for entries that are being written, and
    /// transfers may wait for an audit.
    pub fn audit(&self) -> Balances {
        // Held until all accounts are locked, so that none is opened, and filled, in between.
        let accounts = self.accounts.read().unwrap();
        let locked: Vec<_> = accounts.iter().map(|(number, account)| (*number, lock(account))).collect();
        locked.iter().map(|(number, balance)| (*number, **balance)).collect()
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        let mut day = lock(&self.day);
        day.is_over = true;
        let day = self.idle.wait_while(day, |day| day.under_way > 0).unwrap_or_else(PoisonError::into_inner);
        drop(day);
        self.audit()
    }

    /// Begins what `close` waits for.
    fn begin(&self) -> Result<UnderWay<'_>, Refused> {
        let mut day = lock(&self.day);
        if day.is_over {
            return Err(Refused::Closed);
        }
        day.under_way += 1;
        Ok(UnderWay { day: &self.day, idle: &self.idle })
    }

    fn account(&self, number: Number) -> Result<Account, Refused> {
        self.accounts.read().unwrap().get(&number).cloned().ok_or(Refused::Unknown)
    }

    fn both(&self, from: Number, to: Number) -> Result<(Account, Account), Refused> {
        let accounts = self.accounts.read().unwrap();
        let account = |number| accounts.get(&number).cloned().ok_or(Refused::Unknown);
        Ok((account(from)?, account(to)?))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
