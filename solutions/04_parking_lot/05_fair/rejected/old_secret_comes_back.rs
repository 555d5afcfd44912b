//! verdict: failing-test what_is_stored_during_a_rotation_is_kept
//! Encrypts the secret outside the lock on the map, and puts it back over one that was stored meanwhile.
//!
//! A vault, in which the secrets of a service are kept encrypted.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use parking_lot::Mutex;

/// Secrets by number. A secret cannot be copied. Each vault is independent of the others.
pub struct Vault<S> {
    secrets: Mutex<BTreeMap<u32, Arc<Mutex<S>>>>,
}

impl<S> Vault<S> {
    pub fn new() -> Self {
        Self { secrets: Mutex::new(BTreeMap::new()) }
    }

    /// Keeps `secret` under the number `id`. It replaces the secret `id`, if there is one.
    pub fn store(&self, id: u32, secret: S) {
        self.secrets.lock().insert(id, Arc::new(Mutex::new(secret)));
    }

    /// Forgets the secret `id` and returns `true`, or returns `false` if there is none.
    pub fn remove(&self, id: u32) -> bool {
        self.secrets.lock().remove(&id).is_some()
    }

    /// Calls `look` with the secret `id`, and returns what `look` returned; `None` if there is none. Nobody changes the
    /// secret meanwhile.
    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        let secret = self.secrets.lock().get(&id).cloned()?;
        let secret = secret.lock();
        Some(look(&secret))
    }

    /// Calls `reencrypt` once with each secret, in the order of their numbers, and returns how often. If callers of the
    /// other methods wait when a secret is done, one of them gets its turn before the next secret. It may store and remove
    /// secrets: all others are still rotated, once each.
    pub fn rotate(&self, mut reencrypt: impl FnMut(u32, &mut S)) -> usize {
        let mut rotated = 0;
        let mut after = Unbounded;
        loop {
            let next =
                self.secrets.lock().range((after, Unbounded)).next().map(|(&id, secret)| (id, Arc::clone(secret)));
            let Some((id, secret)) = next else {
                return rotated;
            };
            reencrypt(id, &mut secret.lock());
            self.secrets.lock().insert(id, secret);
            rotated += 1;
            after = Excluded(id);
        }
    }
}

impl<S> Default for Vault<S> {
    fn default() -> Self {
        Self::new()
    }
}
