//! verdict: deadlock transfers_do_not_wait_for_an_account_that_only_looks_like_theirs
//! All accounts share 64 locks: transfers wait for the journal of accounts that have nothing to do with theirs.
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

/// How many turns there are. The accounts share them.
const TURNS: usize = 64;

struct State {
    balances: Balances,
    is_over: bool,
    /// How many transfers have begun and not ended.
    under_way: usize,
}

/// The bank. Threads share it.
pub struct Bank<J> {
    journal: J,
    /// Held while a transfer of one of its accounts is being noted.
    turns: [Mutex<()>; TURNS],
    /// Locked for moments only. A turn is locked before, if at all.
    state: Mutex<State>,
    /// Notified when nothing is under way any more.
    idle: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<J: Journal> Bank<J> {
    pub fn new(journal: J) -> Self {
        let state = State { balances: BTreeMap::new(), is_over: false, under_way: 0 };
        Self { journal, turns: [const { Mutex::new(()) }; TURNS], state: Mutex::new(state), idle: Condvar::new() }
    }

    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Opens an account. The caller makes sure that the balances of all accounts together fit into a `u64`.
    pub fn open(&self, number: Number, balance: u64) -> Result<(), Refused> {
        let mut state = lock(&self.state);
        if state.is_over {
            return Err(Refused::Closed);
        }
        if state.balances.contains_key(&number) {
            return Err(Refused::NumberTaken);
        }
        state.balances.insert(number, balance);
        Ok(())
    }

    /// What is in an account. It can be asked after closing, too.
    pub fn balance(&self, number: Number) -> Result<u64, Refused> {
        lock(&self.state).balances.get(&number).copied().ok_or(Refused::Unknown)
    }

    /// Moves `amount` and notes it, or does nothing. An account may transfer to itself what its balance covers.
    ///
    /// The journal is in an order in which no account is ever overdrawn. While an entry is being written, transfers
    /// between other accounts go on, and those that use one of its accounts may wait, asleep. If the journal panics, so
    /// does this transfer. It has done nothing then, and no other call fails because of it.
    pub fn transfer(&self, from: Number, to: Number, amount: u64) -> Result<(), Refused> {
        let under_way = self.begin()?;
        {
            let state = lock(&self.state);
            if !state.balances.contains_key(&from) || !state.balances.contains_key(&to) {
                return Err(Refused::Unknown);
            }
        }
        let (one, other) = (from as usize % TURNS, to as usize % TURNS);
        let _first = lock(&self.turns[one.min(other)]);
        let _second = (one != other).then(|| lock(&self.turns[one.max(other)]));
        if lock(&self.state).balances[&from] < amount {
            return Err(Refused::BalanceTooLow);
        }
        self.journal.note(Entry { from, to, amount });
        {
            let mut state = lock(&self.state);
            *state.balances.get_mut(&from).expect("no account is ever removed") -= amount;
            *state.balances.get_mut(&to).expect("no account is ever removed") += amount;
        }
        drop(under_way);
        Ok(())
    }

    /// All balances at one moment, also after closing. An audit may wait for entries that are being written, and
    /// transfers may wait for an audit.
    pub fn audit(&self) -> Balances {
        lock(&self.state).balances.clone()
    }

    /// Closes the bank: refuses calls from now on, waits, asleep, until those that are under way have ended, and
    /// returns the last audit. From then on nothing changes. Several threads may close it.
    pub fn close(&self) -> Balances {
        let mut state = lock(&self.state);
        state.is_over = true;
        while state.under_way > 0 {
            state = self.idle.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.balances.clone()
    }

    fn begin(&self) -> Result<UnderWay<'_>, Refused> {
        let mut state = lock(&self.state);
        if state.is_over {
            return Err(Refused::Closed);
        }
        state.under_way += 1;
        Ok(UnderWay { state: &self.state, idle: &self.idle })
    }
}

/// A transfer that has begun. Dropping it ends it.
struct UnderWay<'a> {
    state: &'a Mutex<State>,
    idle: &'a Condvar,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = lock(self.state);
        state.under_way -= 1;
        if state.under_way == 0 {
            self.idle.notify_all();
        }
    }
}
