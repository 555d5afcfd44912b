//! verdict: panic a_session_may_be_closed_before_a_look_or_after_it
//! Asks and looks under two guards: if the session is closed in between, it panics.
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
        self.open.lock().insert(id, session);
    }

    /// Forgets the session `id` and returns `true`, or returns `false` if there is none.
    pub fn close(&self, id: u32) -> bool {
        self.open.lock().remove(&id).is_some()
    }

    /// Calls `look` with the session `id` and returns its result, or returns `None` if there is no such session.
    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        if !self.open.lock().contains_key(&id) {
            return None;
        }
        Some(look(&self.open.lock()[&id]))
    }

    /// The session `id`, to be changed. `with` and `edit` of that session wait until the guard is dropped.
    pub fn edit(&self, id: u32) -> Option<MappedMutexGuard<'_, S>> {
        MutexGuard::try_map(self.open.lock(), |open| open.get_mut(&id)).ok()
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
