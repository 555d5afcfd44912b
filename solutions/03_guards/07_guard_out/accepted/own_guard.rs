//! The sessions of the users who are logged in.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use parking_lot::{Mutex, MutexGuard};

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
        self.open.lock().get(&id).map(look)
    }

    /// The session `id`, to be changed. `with` and `edit` of that session wait until the guard is dropped.
    pub fn edit(&self, id: u32) -> Option<Editing<'_, S>> {
        let open = self.open.lock();
        open.contains_key(&id).then(|| Editing { open, id })
    }
}

/// Nobody closes the session meanwhile: the guard is part of this.
pub struct Editing<'a, S> {
    open: MutexGuard<'a, HashMap<u32, S>>,
    id: u32,
}

impl<S> Deref for Editing<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.open[&self.id]
    }
}

impl<S> DerefMut for Editing<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        self.open.get_mut(&self.id).expect("it was there when it was locked, and is locked since")
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
