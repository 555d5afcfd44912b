//! A queue by hand: a ticket for each caller, and a condition variable that tells whose turn it is.
//!
//! A vault, in which the secrets of a service are kept encrypted.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use parking_lot::{Condvar, Mutex, MutexGuard};

/// Secrets by number. A secret cannot be copied. Each vault is independent of the others.
pub struct Vault<S> {
    queue: Mutex<Queue>,
    next: Condvar,
    secrets: Mutex<BTreeMap<u32, S>>,
}

#[derive(Default)]
struct Queue {
    tickets: u64,
    served: u64,
}

/// The secrets, locked by the caller whose turn it is.
struct Turn<'a, S> {
    vault: &'a Vault<S>,
    secrets: MutexGuard<'a, BTreeMap<u32, S>>,
}

impl<S> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        self.vault.queue.lock().served += 1;
        self.vault.next.notify_all();
    }
}

impl<S> Vault<S> {
    pub fn new() -> Self {
        Self { queue: Mutex::default(), next: Condvar::new(), secrets: Mutex::new(BTreeMap::new()) }
    }

    fn turn(&self) -> Turn<'_, S> {
        let mut queue = self.queue.lock();
        let ticket = queue.tickets;
        queue.tickets += 1;
        self.next.wait_while(&mut queue, |queue| queue.served < ticket);
        drop(queue);
        // The one before may not have dropped its guard yet.
        Turn { vault: self, secrets: self.secrets.lock() }
    }

    /// Keeps `secret` under the number `id`. It replaces the secret `id`, if there is one.
    pub fn store(&self, id: u32, secret: S) {
        self.turn().secrets.insert(id, secret);
    }

    /// Forgets the secret `id` and returns `true`, or returns `false` if there is none.
    pub fn remove(&self, id: u32) -> bool {
        self.turn().secrets.remove(&id).is_some()
    }

    /// Calls `look` with the secret `id`, and returns what `look` returned; `None` if there is none. Nobody changes the
    /// secret meanwhile.
    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.turn().secrets.get(&id).map(look)
    }

    /// Calls `reencrypt` once with each secret, in the order of their numbers, and returns how often.
    pub fn rotate(&self, mut reencrypt: impl FnMut(u32, &mut S)) -> usize {
        let mut rotated = 0;
        let mut after = Unbounded;
        loop {
            let mut turn = self.turn();
            let Some((&id, secret)) = turn.secrets.range_mut((after, Unbounded)).next() else {
                return rotated;
            };
            reencrypt(id, secret);
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
