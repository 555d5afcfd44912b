//! A price list that is changed while others read it.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// The prices, and their sum, which the dashboard shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    pub each: BTreeMap<&'static str, u64>,
    pub sum: u64,
}

/// A price list that all threads share. Each list is independent of the others.
#[derive(Default)]
pub struct PriceList {
    prices: Mutex<Arc<Prices>>,
}

impl PriceList {
    pub fn new(prices: impl IntoIterator<Item = (&'static str, u64)>) -> Self {
        let each: BTreeMap<_, _> = prices.into_iter().collect();
        let sum = each.values().sum();
        Self { prices: Mutex::new(Arc::new(Prices { each, sum })) }
    }

    /// Gives every article the price that `rule` returns for its name and its old price, and updates the sum. All of
    /// them change, or none: if `rule` panics, the list stays as it was, and the caller gets the panic of `rule`.
    /// `rule` may be called more than once for an article.
    pub fn change(&self, mut rule: impl FnMut(&str, u64) -> u64) {
        loop {
            let old = Arc::clone(&self.prices.lock());
            let mut new = Prices::clone(&old);
            for (name, price) in &mut new.each {
                *price = rule(name, *price);
            }
            new.sum = new.each.values().sum();
            let mut prices = self.prices.lock();
            if Arc::ptr_eq(&prices, &old) {
                *prices = Arc::new(new);
                return;
            }
        }
    }

    /// All prices and their sum, as they are at one moment.
    pub fn snapshot(&self) -> Prices {
        Prices::clone(&self.prices.lock())
    }
}
