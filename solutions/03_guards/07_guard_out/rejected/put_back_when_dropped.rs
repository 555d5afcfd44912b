//! verdict: failing-test two_editors_lose_no_visit
//! Hands the session out and puts it back in `drop`. The lock is free in between, and others find no session.
//!
//! The sessions of the users who are logged in.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

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

    /// Calls `look` with the session `id` and returns its result, or returns `None` if there is no such session.
    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.open.lock().get(&id).map(look)
    }

    /// The session `id`, to be changed. `with` and `edit` of that session wait until the guard is dropped.
    pub fn edit(&self, id: u32) -> Option<Editing<'_, S>> {
        let session = self.open.lock().remove(&id)?;
        Some(Editing { sessions: self, id, session: Some(session) })
    }
}

/// Puts the session back when it is dropped.
pub struct Editing<'a, S> {
    sessions: &'a Sessions<S>,
    id: u32,
    session: Option<S>,
}

impl<S> Deref for Editing<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.session.as_ref().expect("it is there until this is dropped")
    }
}

impl<S> DerefMut for Editing<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        self.session.as_mut().expect("it is there until this is dropped")
    }
}

impl<S> Drop for Editing<'_, S> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.sessions.open(self.id, session);
        }
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}
