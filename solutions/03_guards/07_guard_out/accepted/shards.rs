//! The sessions of the users who are logged in.

use std::array;
use std::collections::BTreeMap;

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};

/// Sessions by number. A session is what the server remembers about a user; it cannot be copied.
pub struct Sessions<S> {
    shards: [Mutex<BTreeMap<u32, S>>; 16],
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self { shards: array::from_fn(|_| Mutex::new(BTreeMap::new())) }
    }

    fn shard(&self, id: u32) -> MutexGuard<'_, BTreeMap<u32, S>> {
        self.shards[id as usize % self.shards.len()].lock()
    }

    /// Keeps `session` under the number `id`. It replaces the session `id`, if there is one.
    pub fn open(&self, id: u32, session: S) {
        self.shard(id).insert(id, session);
    }

    /// Forgets the session `id` and returns `true`, or returns `false` if there is none.
    pub fn close(&self, id: u32) -> bool {
        self.shard(id).remove(&id).is_some()
    }

    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.edit(id).map(|session| look(&session))
    }

    pub fn edit(&self, id: u32) -> Option<MappedMutexGuard<'_, S>> {
        MutexGuard::try_map(self.shard(id), |shard| shard.get_mut(&id)).ok()
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
