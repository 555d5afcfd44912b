//! verdict: deadlock two_servers_do_not_wait_for_each_other
//! A `static` lock makes the edits of all servers wait for each other.
//!
//! The sessions of the users who are logged in.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};

static EDITOR: Mutex<()> = Mutex::new(());

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

    pub fn with<R>(&self, id: u32, look: impl FnOnce(&S) -> R) -> Option<R> {
        self.open.lock().get(&id).map(look)
    }

    pub fn edit(&self, id: u32) -> Option<Edit<'_, S>> {
        let editor = EDITOR.lock();
        let session = MutexGuard::try_map(self.open.lock(), |open| open.get_mut(&id)).ok()?;
        Some(Edit { session, _editor: editor })
    }
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Edit<'a, S> {
    session: MappedMutexGuard<'a, S>,
    _editor: MutexGuard<'static, ()>,
}

impl<S> Deref for Edit<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.session
    }
}

impl<S> DerefMut for Edit<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.session
    }
}
