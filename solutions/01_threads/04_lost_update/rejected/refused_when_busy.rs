//! verdict: failing-test no_request_is_refused_while_enough_tokens_are_left
//! Refuses where it would have to wait for the lock.
//!
//! How many requests a customer may still send today.

use std::sync::Mutex;

/// Tokens, up to a limit. A request takes some of them, and a refill gives some back.
pub struct Quota {
    limit: u32,
    left: Mutex<u32>,
}

impl Quota {
    /// A quota of its own with `limit` tokens left.
    pub fn new(limit: u32) -> Self {
        Self { limit, left: Mutex::new(limit) }
    }

    /// Takes `tokens`. Returns `false` and takes none if fewer are left.
    pub fn take(&self, tokens: u32) -> bool {
        let Ok(mut left) = self.left.try_lock() else {
            return false;
        };
        let enough = *left >= tokens;
        if enough {
            *left -= tokens;
        }
        enough
    }

    /// Gives `tokens` back, as many as there is room for below the limit.
    pub fn refill(&self, tokens: u32) {
        let mut left = self.left.lock().unwrap();
        *left = left.saturating_add(tokens).min(self.limit);
    }

    /// How many tokens are left at this moment.
    pub fn left(&self) -> u32 {
        *self.left.lock().unwrap()
    }
}
