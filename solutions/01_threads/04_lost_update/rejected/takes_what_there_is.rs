//! verdict: failing-test one_thread_takes_and_refills_in_any_pattern
//! Takes the tokens that are left where they are too few.
//!
//! How many requests a customer may still send today.

use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens, up to a limit. A request takes some of them, and a refill gives some back.
pub struct Quota {
    limit: u32,
    left: AtomicU32,
}

impl Quota {
    /// A quota of its own with `limit` tokens left.
    pub fn new(limit: u32) -> Self {
        Self { limit, left: AtomicU32::new(limit) }
    }

    /// Takes `tokens`. Returns `false` and takes none if fewer are left.
    pub fn take(&self, tokens: u32) -> bool {
        let relaxed = Ordering::Relaxed;
        let before = self.left.update(relaxed, relaxed, |left| left.saturating_sub(tokens));
        before >= tokens
    }

    /// Gives `tokens` back, as many as there is room for below the limit.
    pub fn refill(&self, tokens: u32) {
        let relaxed = Ordering::Relaxed;
        self.left.update(relaxed, relaxed, |left| left.saturating_add(tokens).min(self.limit));
    }

    /// How many tokens are left at this moment.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }
}
