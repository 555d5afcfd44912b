//! verdict: failing-test secrets_may_come_and_go_during_a_rotation
//! Remembers which secrets are done and looks from the beginning: one that is stored meanwhile under a small number is
//! rotated after larger ones.
//!
//! A vault, in which the secrets of a service are kept encrypted.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::{Mutex, MutexGuard};

/// Secrets by number. A secret cannot be copied. Each vault is independent of the others.
pub struct Vault<S> {
    secrets: Mutex<BTreeMap<u32, S>>,
}

impl<S> Vault<S> {
    pub fn new() -> Self {
        Self { secrets: Mutex::new(BTreeMap::new()) }
    }

    /// Keeps `secret` under the number `id`. It replaces the secret `id`, if there is one.
    pub fn store(&self, id: u32, secret: S) {
        self.secrets.lock().insert(id, secret);
    }

    /// Forgets the secret `id` and returns `true`, or returns `false` if there is none.
    pub fn remove(&self, id: u32) -> bool {
        self.secrets.lock().remove(&id).is_some()
    }

    /// Calls `look` with the secret `id`, and returns what `look` returned; `None` if there is none. Nobody changes the
    /// secret meanwhile.
    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.secrets.lock().get(&id).map(look)
    }

    /// Calls `reencrypt` once with each secret, in the order of their numbers, and returns how often. If callers of the
    /// other methods wait when a secret is done, one of them gets its turn before the next secret. It may store and remove
    /// secrets: all others are still rotated, once each.
    pub fn rotate(&self, mut reencrypt: impl FnMut(u32, &mut S)) -> usize {
        let mut done = BTreeSet::new();
        loop {
            let mut secrets = self.secrets.lock();
            let Some((&id, secret)) = secrets.iter_mut().find(|(id, _)| !done.contains(*id)) else {
                return done.len();
            };
            reencrypt(id, secret);
            done.insert(id);
            MutexGuard::unlock_fair(secrets);
        }
    }
}

impl<S> Default for Vault<S> {
    fn default() -> Self {
        Self::new()
    }
}
