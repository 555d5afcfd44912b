//! verdict: deadlock a_thread_that_waits_for_one_instrument_blocks_no_other
//! Reserves the list with all instruments, and looks the name up whenever the connection is used.
//!
//! The measuring instruments of a laboratory, which its experiments share.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use parking_lot::{ArcMutexGuard, Mutex, RawMutex};

/// The connections to all instruments, by name. Each set of instruments is independent of the others.
/// Closing a connection may take a while, and other threads may use the list meanwhile.
pub struct Instruments<C> {
    connections: Arc<Mutex<HashMap<String, C>>>,
}

/// An instrument that nobody else uses until this is dropped.
pub struct Reserved<C> {
    connections: ArcMutexGuard<RawMutex, HashMap<String, C>>,
    name: String,
}

impl<C> Instruments<C> {
    pub fn new() -> Self {
        Self { connections: Arc::default() }
    }

    /// Adds an instrument. If there is one of that name, the new one takes its place.
    pub fn add(&self, name: &str, connection: C) {
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
        let connections = self.connections.lock_arc();
        connections.contains_key(name).then(|| Reserved { connections, name: name.to_owned() })
    }
}

impl<C> Default for Instruments<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Deref for Reserved<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connections[&self.name]
    }
}

impl<C> DerefMut for Reserved<C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connections.get_mut(&self.name).expect("the list has been locked all the time")
    }
}
