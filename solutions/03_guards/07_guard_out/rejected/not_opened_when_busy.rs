//! verdict: failing-test a_session_is_opened_also_while_others_are_in_use
//! `open` does not wait, and drops the session while another thread uses one.
//!
//! The sessions of the users who are logged in.

use std::collections::HashMap;

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};

/// Sessions by number. A session is what the server remembers about a user; it cannot be copied.
pub struct Sessions<S> {
    open: Mutex<HashMap<u32, S>>,
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self { open: Mutex::new(HashMap::new()) }
    }

    /// Keeps `session` under the number `id`. It replaces the session `id`, if there is one.
    pub fn open(&self, id: u32, session: S) {
        if let Some(mut open) = self.open.try_lock() {
            open.insert(id, session);
        }
    }

    /// Forgets the session `id` and returns `true`, or returns `false` if there is none.
    pub fn close(&self, id: u32) -> bool {
        self.open.lock().remove(&id).is_some()
    }

    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.open.lock().get(&id).map(look)
    }

    pub fn edit(&self, id: u32) -> Option<MappedMutexGuard<'_, S>> {
        MutexGuard::try_map(self.open.lock(), |open| open.get_mut(&id)).ok()
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
