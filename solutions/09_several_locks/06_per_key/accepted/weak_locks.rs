//! Turns for the branches of a git server. Pushes to one branch happen one after another.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// The branches in use. The pushes own the locks, the map only finds them.
pub struct Branches<B> {
    locks: Mutex<HashMap<B, Weak<AsyncMutex<()>>>>,
}

/// The right to push to one branch. Dropping it ends the turn.
pub struct Turn<'a, B: Clone + Eq + Hash> {
    guard: Option<OwnedMutexGuard<()>>,
    _user: User<'a, B>,
}

/// A push that waits or has its turn.
struct User<'a, B: Clone + Eq + Hash> {
    branches: &'a Branches<B>,
    branch: B,
    lock: Option<Arc<AsyncMutex<()>>>,
}

impl<B> Default for Branches<B> {
    fn default() -> Self {
        Self { locks: Mutex::new(HashMap::new()) }
    }
}

impl<B: Clone + Eq + Hash> Branches<B> {
    /// Waits while another push to `branch` has its turn. Turns are given in the order of the calls.
    pub async fn turn(&self, branch: B) -> Turn<'_, B> {
        let user = self.user(branch);
        let lock = user.lock.clone();
        match lock {
            Some(lock) => Turn { guard: Some(lock.lock_owned().await), _user: user },
            None => Turn { guard: None, _user: user },
        }
    }

    fn user(&self, branch: B) -> User<'_, B> {
        let mut locks = self.locks.lock().unwrap();
        let known = locks.get(&branch).and_then(Weak::upgrade);
        let lock = known.unwrap_or_else(|| {
            let lock = Arc::default();
            locks.insert(branch.clone(), Arc::downgrade(&lock));
            lock
        });
        User { branches: self, branch, lock: Some(lock) }
    }
}

impl<B: Clone + Eq + Hash> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        // Unlocks, and with it drops the guard's own `Arc`, before the user looks who is left.
        self.guard = None;
    }
}

impl<B: Clone + Eq + Hash> Drop for User<'_, B> {
    fn drop(&mut self) {
        let mut locks = self.branches.locks.lock().unwrap();
        // The last one to drop its `Arc` sees that nobody else has one. The map is locked, so nobody gets one now.
        self.lock = None;
        if locks.get(&self.branch).is_some_and(|lock| lock.strong_count() == 0) {
            locks.remove(&self.branch);
        }
    }
}
