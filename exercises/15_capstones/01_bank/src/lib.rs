//! The accounts of a bank: many threads transfer money, auditors look at all accounts meanwhile, and then it closes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, RwLock};

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
    accounts: RwLock<BTreeMap<Number, Account>>,
    is_over: AtomicBool,
    /// How many transfers have begun and not ended.
    under_way: Mutex<usize>,
    /// Notified when nothing is under way any more.
    idle: Condvar,
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        Self {
            journal,
            accounts: RwLock::default(),
            is_over: AtomicBool::new(false),
            under_way: Mutex::new(0),
            idle: Condvar::new(),
        }
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Opens an account. The caller makes sure that the balances of all accounts together fit into a `u64`.
    pub fn open(&self, number: Number, balance: u64) -> Result<(), Refused> {
        if self.is_over.load(Ordering::SeqCst) {
            return Err(Refused::Closed);
        }
        let mut accounts = self.accounts.write().unwrap();
        if accounts.contains_key(&number) {
            return Err(Refused::NumberTaken);
        }
        accounts.insert(number, Arc::new(Mutex::new(balance)));
        Ok(())
    }

    /// What is in an account. It can be asked after closing, too.
    pub fn balance(&self, number: Number) -> Result<u64, Refused> {
        Ok(*self.account(number)?.lock().unwrap())
    }

    /// Moves `amount` and notes it, or does nothing. An account may transfer to itself what its balance covers.
    ///
    /// The journal is in an order in which no account is ever overdrawn. While an entry is being written, transfers
    /// between other accounts go on, and those that use one of its accounts may wait, asleep. If the journal panics, so
    /// does this transfer. It has done nothing then, and no other call fails because of it.
    pub fn transfer(&self, from: Number, to: Number, amount: u64) -> Result<(), Refused> {
        self.begin()?;
        let (source, target) = (self.account(from)?, self.account(to)?);
        {
            let mut source = source.lock().unwrap();
            let mut target = target.lock().unwrap();
            if *source < amount {
                return Err(Refused::BalanceTooLow);
            }
            self.journal.note(Entry { from, to, amount });
            *source -= amount;
            *target += amount;
        }
        self.end();
        Ok(())
    }

    /// All balances at one moment, also after closing. An audit may wait for entries that are being written, and
    /// transfers may wait for an audit.
    pub fn audit(&self) -> Balances {
        let accounts = self.accounts.read().unwrap().clone();
        accounts.iter().map(|(number, account)| (*number, *account.lock().unwrap())).collect()
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        self.is_over.store(true, Ordering::SeqCst);
        let under_way = self.under_way.lock().unwrap();
        drop(self.idle.wait_while(under_way, |under_way| *under_way > 0).unwrap());
        self.audit()
    }

    fn begin(&self) -> Result<(), Refused> {
        if self.is_over.load(Ordering::SeqCst) {
            return Err(Refused::Closed);
        }
        *self.under_way.lock().unwrap() += 1;
        Ok(())
    }

    fn end(&self) {
        let mut under_way = self.under_way.lock().unwrap();
        *under_way -= 1;
        if *under_way == 0 {
            self.idle.notify_all();
        }
    }

    fn account(&self, number: Number) -> Result<Account, Refused> {
        self.accounts.read().unwrap().get(&number).cloned().ok_or(Refused::Unknown)
    }
}
