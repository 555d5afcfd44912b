//! The sessions of the users who are logged in.

use std::collections::HashMap;

use parking_lot::{MappedRwLockWriteGuard, RwLock, RwLockWriteGuard};

/// Sessions by number. A session is what the server remembers about a user; it cannot be copied.
pub struct Sessions<S> {
    open: RwLock<HashMap<u32, S>>,
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self { open: RwLock::new(HashMap::new()) }
    }

    /// Keeps `session` under the number `id`. It replaces the session `id`, if there is one.
    pub fn open(&self, id: u32, session: S) {
        self.open.write().insert(id, session);
    }

    /// Forgets the session `id` and returns `true`, or returns `false` if there is none.
    pub fn close(&self, id: u32) -> bool {
        self.open.write().remove(&id).is_some()
    }

    /// Calls `look` with the session `id` and returns its result, or returns `None` if there is no such session.
    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.open.read().get(&id).map(look)
    }

    /// The session `id`, to be changed. `with` and `edit` of that session wait until the guard is dropped.
    pub fn edit(&self, id: u32) -> Option<MappedRwLockWriteGuard<'_, S>> {
        RwLockWriteGuard::try_map(self.open.write(), |open| open.get_mut(&id)).ok()
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
