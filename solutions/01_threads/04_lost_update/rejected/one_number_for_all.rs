//! verdict: failing-test two_quotas_do_not_disturb_each_other
//! A `static` is shared by all quotas.
//!
//! How many requests a customer may still send today.

use std::sync::atomic::{AtomicU32, Ordering};

static LEFT: AtomicU32 = AtomicU32::new(0);

/// Tokens, up to a limit. A request takes some of them, and a refill gives some back.
pub struct Quota {
    limit: u32,
}

impl Quota {
    /// A quota of its own with `limit` tokens left.
    pub fn new(limit: u32) -> Self {
        LEFT.store(limit, Ordering::Relaxed);
        Self { limit }
    }

    /// Takes `tokens`. Returns `false` and takes none if fewer are left.
    pub fn take(&self, tokens: u32) -> bool {
        let relaxed = Ordering::Relaxed;
        LEFT.try_update(relaxed, relaxed, |left| left.checked_sub(tokens)).is_ok()
    }

    /// Gives `tokens` back, as many as there is room for below the limit.
    pub fn refill(&self, tokens: u32) {
        let relaxed = Ordering::Relaxed;
        LEFT.update(relaxed, relaxed, |left| left.saturating_add(tokens).min(self.limit));
    }

    /// How many tokens are left at this moment.
    pub fn left(&self) -> u32 {
        LEFT.load(Ordering::Relaxed)
    }
}
