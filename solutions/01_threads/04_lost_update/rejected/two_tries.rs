//! verdict: failing-test no_request_is_refused_while_enough_tokens_are_left
//! Tries twice, and refuses when other threads were faster both times.
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
        for _ in 0..2 {
            let left = self.left.load(Ordering::Relaxed);
            if left < tokens {
                return false;
            }
            if self.left.compare_exchange(left, left - tokens, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return true;
            }
        }
        false
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
