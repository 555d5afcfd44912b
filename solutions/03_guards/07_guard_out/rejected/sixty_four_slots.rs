//! verdict: failing-test any_number_of_sessions_is_kept
//! A table of 64 slots: sessions whose numbers differ by 64 replace each other.
//!
//! The sessions of the users who are logged in.

use std::array;

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};

/// Sessions by number. A session is what the server remembers about a user; it cannot be copied.
pub struct Sessions<S> {
    slots: Mutex<[Option<S>; 64]>,
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self { slots: Mutex::new(array::from_fn(|_| None)) }
    }

    /// Keeps `session` under the number `id`. It replaces the session `id`, if there is one.
    pub fn open(&self, id: u32, session: S) {
        self.slots.lock()[id as usize % 64] = Some(session);
    }

    /// Forgets the session `id` and returns `true`, or returns `false` if there is none.
    pub fn close(&self, id: u32) -> bool {
        self.slots.lock()[id as usize % 64].take().is_some()
    }

    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.slots.lock()[id as usize % 64].as_ref().map(look)
    }

    pub fn edit(&self, id: u32) -> Option<MappedMutexGuard<'_, S>> {
        MutexGuard::try_map(self.slots.lock(), |slots| slots[id as usize % 64].as_mut()).ok()
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
