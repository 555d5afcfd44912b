//! How many requests a customer may still send today.

use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens, up to a limit. A request takes some of them, and a refill gives some back.
pub struct Quota {
    limit: u32,
    used: AtomicU32,
}

impl Quota {
    /// A quota of its own with `limit` tokens left.
    pub fn new(limit: u32) -> Self {
        Self { limit, used: AtomicU32::new(0) }
    }

    /// Takes `tokens`. Returns `false` and takes none if fewer are left.
    pub fn take(&self, tokens: u32) -> bool {
        let used = |used: u32| used.checked_add(tokens).filter(|&used| used <= self.limit);
        self.used.fetch_update(Ordering::SeqCst, Ordering::SeqCst, used).is_ok()
    }

    /// Gives `tokens` back, as many as there is room for below the limit.
    pub fn refill(&self, tokens: u32) {
        self.used.update(Ordering::SeqCst, Ordering::SeqCst, |used| used.saturating_sub(tokens));
    }

    /// How many tokens are left at this moment.
    pub fn left(&self) -> u32 {
        self.limit - self.used.load(Ordering::Relaxed)
    }
}
