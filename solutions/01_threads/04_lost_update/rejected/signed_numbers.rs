//! verdict: failing-test the_limit_may_be_as_great_as_a_number_can_be
//! Counts with an `i32`: of more than two billion tokens, the rest is lost.
//!
//! How many requests a customer may still send today.

use std::sync::atomic::{AtomicI32, Ordering};

fn number(tokens: u32) -> i32 {
    i32::try_from(tokens).unwrap_or(i32::MAX)
}

/// Tokens, up to a limit. A request takes some of them, and a refill gives some back.
pub struct Quota {
    limit: i32,
    left: AtomicI32,
}

impl Quota {
    /// A quota of its own with `limit` tokens left.
    pub fn new(limit: u32) -> Self {
        let limit = number(limit);
        Self { limit, left: AtomicI32::new(limit) }
    }

    /// Takes `tokens`. Returns `false` and takes none if fewer are left.
    pub fn take(&self, tokens: u32) -> bool {
        let relaxed = Ordering::Relaxed;
        self.left.try_update(relaxed, relaxed, |left| Some(left - number(tokens)).filter(|&left| left >= 0)).is_ok()
    }

    /// Gives `tokens` back, as many as there is room for below the limit.
    pub fn refill(&self, tokens: u32) {
        let relaxed = Ordering::Relaxed;
        self.left.update(relaxed, relaxed, |left| left.saturating_add(number(tokens)).min(self.limit));
    }

    /// How many tokens are left at this moment.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed) as u32
    }
}
