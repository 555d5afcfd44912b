//! verdict: failing-test a_wallet_can_be_emptied
//! Compares with `<=`: the last coin cannot be paid out.
//!
//! Wallets of customers, with transfers between them, payouts through a bank, and exchange rates.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::{Mutex as AsyncMutex, Semaphore};

/// How many conversations the bank allows at once: questions for rates and payouts together.
pub const LINES: usize = 3;

/// The bank. Its answers take their time.
pub trait Bank: Send + Sync + 'static {
    /// What a unit of `currency` is worth.
    fn rate(&self, currency: &'static str) -> impl Future<Output = u64> + Send;

    /// Pays `amount` to `customer`. The money is paid when this returns, not before.
    fn pay(&self, customer: &str, amount: u64) -> impl Future<Output = ()> + Send;
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NoSuchCustomer,
    BalanceTooLow,
}

/// Says that something was done. No two receipts have the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub number: u64,
    pub amount: u64,
}

/// Is called with each receipt, and may use the service.
pub type Listener = Arc<dyn Fn(Receipt) + Send + Sync>;

type Wallet = Arc<AsyncMutex<u64>>;

/// The service. Many tasks use it at once, and any of them may be cancelled at any await.
pub struct Service<B> {
    bank: B,
    /// One permit for each conversation with the bank.
    lines: Semaphore,
    /// By customer. Several wallets are locked in this order.
    wallets: RwLock<BTreeMap<String, Wallet>>,
    /// The rates that are known. They do not change during a day.
    rates: AsyncMutex<HashMap<&'static str, u64>>,
    listener: Mutex<Option<Listener>>,
    last_receipt: AtomicU64,
}

impl<B: Bank> Service<B> {
    pub fn new(bank: B) -> Self {
        Self {
            bank,
            lines: Semaphore::new(LINES),
            wallets: RwLock::default(),
            rates: AsyncMutex::default(),
            listener: Mutex::default(),
            last_receipt: AtomicU64::new(0),
        }
    }

    pub fn bank(&self) -> &B {
        &self.bank
    }

    /// Calls `listener` with each receipt from now on, instead of the one before.
    pub fn listen(&self, listener: Option<Listener>) {
        let old = mem::replace(&mut *self.listener.lock().unwrap(), listener);
        drop(old);
    }

    /// Opens a wallet with `balance` in it. `false`, and nothing is changed, if `customer` has one.
    pub fn open(&self, customer: &str, balance: u64) -> bool {
        let mut wallets = self.wallets.write().unwrap();
        if wallets.contains_key(customer) {
            return false;
        }
        wallets.insert(customer.to_owned(), Arc::new(AsyncMutex::new(balance)));
        true
    }

    /// What is in the wallet of `customer`.
    pub async fn balance(&self, customer: &str) -> Result<u64, Refused> {
        let wallet = self.wallet(customer)?;
        let balance = *wallet.lock().await;
        Ok(balance)
    }

    /// What is at one moment in all wallets that were open when this was called.
    pub async fn total(&self) -> u64 {
        let wallets: Vec<Wallet> = self.wallets.read().unwrap().values().cloned().collect();
        let mut balances = Vec::new();
        for wallet in &wallets {
            balances.push(wallet.lock().await);
        }
        balances.iter().map(|balance| **balance).sum()
    }

    /// Moves `amount` from one wallet to another.
    pub async fn transfer(&self, from: &str, to: &str, amount: u64) -> Result<Receipt, Refused> {
        let (source, target) = (self.wallet(from)?, self.wallet(to)?);
        if from == to {
            let enough = *source.lock().await >= amount;
            return if enough { Ok(self.receipt(amount)) } else { Err(Refused::BalanceTooLow) };
        }
        {
            let (low, high) = if from < to { (&source, &target) } else { (&target, &source) };
            let (low, high) = (low.lock().await, high.lock().await);
            let (mut source, mut target) = if from < to { (low, high) } else { (high, low) };
            if *source < amount {
                return Err(Refused::BalanceTooLow);
            }
            *source -= amount;
            *target += amount;
        }
        Ok(self.receipt(amount))
    }

    /// Pays `amount` out of the wallet of `customer`.
    pub async fn pay_out(&self, customer: &str, amount: u64) -> Result<Receipt, Refused> {
        let wallet = self.wallet(customer)?;
        {
            let mut balance = wallet.lock().await;
            if *balance <= amount {
                return Err(Refused::BalanceTooLow);
            }
            self.on_a_line(self.bank.pay(customer, amount)).await;
            *balance -= amount;
        }
        Ok(self.receipt(amount))
    }

    /// What a unit of `currency` is worth. The bank is asked if it is not known yet.
    pub async fn rate(&self, currency: &'static str) -> u64 {
        let known = self.rates.lock().await.get(currency).copied();
        if let Some(rate) = known {
            return rate;
        }
        let rate = self.on_a_line(self.bank.rate(currency)).await;
        self.rates.lock().await.insert(currency, rate);
        rate
    }

    fn wallet(&self, customer: &str) -> Result<Wallet, Refused> {
        self.wallets.read().unwrap().get(customer).cloned().ok_or(Refused::NoSuchCustomer)
    }

    /// Has a conversation with the bank when there is a line for it.
    async fn on_a_line<T>(&self, conversation: impl Future<Output = T>) -> T {
        let _line = self.lines.acquire().await.expect("it is never closed");
        conversation.await
    }

    /// Makes a receipt and shows it to the listener.
    fn receipt(&self, amount: u64) -> Receipt {
        let number = self.last_receipt.fetch_add(1, Ordering::Relaxed) + 1;
        let receipt = Receipt { number, amount };
        let listener = self.listener.lock().unwrap().clone();
        if let Some(listener) = listener {
            listener(receipt);
        }
        receipt
    }
}
