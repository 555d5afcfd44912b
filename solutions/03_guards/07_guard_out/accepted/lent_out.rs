//! The sessions of the users who are logged in.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use parking_lot::{Condvar, Mutex, MutexGuard};

/// Sessions by number. A session is what the server remembers about a user; it cannot be copied.
pub struct Sessions<S> {
    /// `None` while the session is in use.
    open: Mutex<HashMap<u32, Option<S>>>,
    back: Condvar,
}

impl<S> Sessions<S> {
    pub fn new() -> Self {
        Self { open: Mutex::new(HashMap::new()), back: Condvar::new() }
    }

    /// The map, once the session `id` is not in use.
    fn unused(&self, id: u32) -> MutexGuard<'_, HashMap<u32, Option<S>>> {
        let mut open = self.open.lock();
        while let Some(None) = open.get(&id) {
            self.back.wait(&mut open);
        }
        open
    }

    /// Keeps `session` under the number `id`. It replaces the session `id`, if there is one.
    pub fn open(&self, id: u32, session: S) {
        self.unused(id).insert(id, Some(session));
    }

    /// Forgets the session `id` and returns `true`, or returns `false` if there is none.
    pub fn close(&self, id: u32) -> bool {
        let session = self.unused(id).remove(&id);
        session.is_some()
    }

    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.edit(id).map(|session| look(&session))
    }

    pub fn edit(&self, id: u32) -> Option<Loan<'_, S>> {
        let session = self.unused(id).get_mut(&id)?.take();
        Some(Loan { sessions: self, id, session })
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Loan<'a, S> {
    sessions: &'a Sessions<S>,
    id: u32,
    session: Option<S>,
}

impl<S> Deref for Loan<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.session.as_ref().unwrap()
    }
}

impl<S> DerefMut for Loan<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        self.session.as_mut().unwrap()
    }
}

impl<S> Drop for Loan<'_, S> {
    fn drop(&mut self) {
        self.sessions.open.lock().insert(self.id, self.session.take());
        self.sessions.back.notify_all();
    }
}
