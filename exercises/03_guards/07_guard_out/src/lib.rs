//! The sessions of the users who are logged in.

use std::collections::HashMap;

use parking_lot::Mutex;

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

    /// The session `id`, to be looked at.
    // TODO: the reference outlives the guard. Make this `with(id, look)`, which calls `look` under the guard.
    pub fn get(&self, id: u32) -> Option<&S> {
        self.open.lock().get(&id)
    }

    /// The session `id`, to be changed.
    // TODO: the same. Make this return a guard, and not a reference that came from one.
    pub fn edit(&self, id: u32) -> Option<&mut S> {
        self.open.lock().get_mut(&id)
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
