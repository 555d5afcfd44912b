//! verdict: failing-test an_instrument_that_is_removed_is_closed_after_its_last_use
//! Takes the connection out of the list and puts it back: an instrument that was removed meanwhile is in the list again.
//!
//! The measuring instruments of a laboratory, which its experiments share.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

/// The connections to all instruments, by name. Each set of instruments is independent of the others.
/// Closing a connection may take a while, and other threads may use the list meanwhile.
pub struct Instruments<C>(Arc<List<C>>);

/// `None` is an instrument in use.
struct List<C> {
    connections: Mutex<HashMap<String, Option<C>>>,
    free: Condvar,
}

/// An instrument that nobody else uses until this is dropped.
pub struct Reserved<C> {
    list: Arc<List<C>>,
    name: String,
    connection: Option<C>,
}

impl<C> Instruments<C> {
    pub fn new() -> Self {
        Self(Arc::new(List { connections: Mutex::default(), free: Condvar::new() }))
    }

    /// Adds an instrument. If there is one of that name, the new one takes its place.
    pub fn add(&self, name: &str, connection: C) {
        self.0.connections.lock().insert(name.to_owned(), Some(connection));
        self.0.free.notify_all();
    }

    /// Removes an instrument and returns `true`, or returns `false` if there is none of that name. If it is reserved, it
    /// remains usable until the reservation ends. Then its connection is closed.
    pub fn remove(&self, name: &str) -> bool {
        self.0.connections.lock().remove(name).is_some()
    }

    /// Waits until nobody uses the instrument `name`, and reserves it. Returns `None` if there is none of that name.
    pub fn reserve(&self, name: &str) -> Option<Reserved<C>> {
        let mut connections = self.0.connections.lock();
        while connections.get(name)?.is_none() {
            self.0.free.wait(&mut connections);
        }
        let connection = connections.get_mut(name)?.take();
        Some(Reserved { list: Arc::clone(&self.0), name: name.to_owned(), connection })
    }
}

impl<C> Default for Instruments<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Drop for Reserved<C> {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        self.list.connections.lock().insert(name, self.connection.take());
        self.list.free.notify_all();
    }
}

impl<C> Deref for Reserved<C> {
    type Target = C;

    fn deref(&self) -> &C {
        self.connection.as_ref().expect("it goes back only when this is dropped")
    }
}

impl<C> DerefMut for Reserved<C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connection.as_mut().expect("it goes back only when this is dropped")
    }
}
