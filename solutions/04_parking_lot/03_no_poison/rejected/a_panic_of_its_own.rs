//! verdict: failing-test the_caller_gets_the_panic_of_the_rule
//! Turns the panic of the rule into one of its own, so the caller does not learn what went wrong.
//!
//! A price list that is changed while others read it.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};

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
    prices: Mutex<Prices>,
}

impl PriceList {
    pub fn new(prices: impl IntoIterator<Item = (&'static str, u64)>) -> Self {
        let each: BTreeMap<_, _> = prices.into_iter().collect();
        let sum = each.values().sum();
        Self { prices: Mutex::new(Prices { each, sum }) }
    }

    /// Gives every article the price that `rule` returns for its name and its old price, and updates the sum. All of
    /// them change, or none: if `rule` panics, the list stays as it was, and the caller gets the panic of `rule`.
    /// `rule` may be called more than once for an article.
    pub fn change(&self, mut rule: impl FnMut(&str, u64) -> u64) {
        let mut prices = self.prices.lock();
        let mut new = prices.clone();
        let computed = panic::catch_unwind(AssertUnwindSafe(|| {
            for (name, price) in &mut new.each {
                *price = rule(name, *price);
            }
        }));
        computed.expect("the pricing rule panicked");
        new.sum = new.each.values().sum();
        *prices = new;
    }

    /// All prices and their sum, as they are at one moment.
    pub fn snapshot(&self) -> Prices {
        self.prices.lock().clone()
    }
}
