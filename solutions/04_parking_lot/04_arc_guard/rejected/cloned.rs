//! verdict: compile-error E0599
//! Hands out a clone of the connection, and there is one of it.
//!
//! The measuring instruments of a laboratory, which its experiments share.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use parking_lot::Mutex;

/// The connections to all instruments, by name. Each set of instruments is independent of the others.
/// Closing a connection may take a while, and other threads may use the list meanwhile.
pub struct Instruments<C> {
    connections: Mutex<HashMap<String, Arc<Mutex<C>>>>,
}

/// An instrument that nobody else uses until this is dropped.
pub struct Reserved<C> {
    connection: C,
}

impl<C: Clone> Instruments<C> {
    pub fn new() -> Self {
        Self { connections: Mutex::default() }
    }

    /// Adds an instrument. If there is one of that name, the new one takes its place.
    pub fn add(&self, name: &str, connection: C) {
        let connection = Arc::new(Mutex::new(connection));
        // The old connection is closed at the end of this function, when the list is unlocked.
        let _old = self.connections.lock().insert(name.to_owned(), connection);
    }

    /// Removes an instrument and returns `true`, or returns `false` if there is none of that name. If it is reserved, it
    /// remains usable until the reservation ends. Then its connection is closed.
    pub fn remove(&self, name: &str) -> bool {
        let old = self.connections.lock().remove(name);
        old.is_some()
    }

    /// Waits until nobody uses the instrument `name`, and reserves it. Returns `None` if there is none of that name.
    pub fn reserve(&self, name: &str) -> Option<Reserved<C>> {
        let connection = self.connections.lock().get(name)?.lock().clone();
        Some(Reserved { connection })
    }
}

impl<C: Clone> Default for Instruments<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Clone> Deref for Reserved<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C: Clone> DerefMut for Reserved<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}
