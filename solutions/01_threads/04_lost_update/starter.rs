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
        if self.left.load(Ordering::Relaxed) < tokens {
            return false;
        }
        // TODO: another thread may have taken these tokens by now.
        self.left.fetch_sub(tokens, Ordering::Relaxed);
        true
    }

    /// Gives `tokens` back, as many as there is room for below the limit.
    pub fn refill(&self, tokens: u32) {
        let left = self.left.load(Ordering::Relaxed).saturating_add(tokens);
        // TODO: another thread may have changed the number by now.
        self.left.store(left.min(self.limit), Ordering::Relaxed);
    }

    /// How many tokens are left at this moment.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }
}
