//! verdict: deadlock a_reservation_is_waited_for_asleep
//! Puts the connection back and wakes nobody who waits for it.
//!
//! The measuring instruments of a laboratory, which its experiments share.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

/// The connections to all instruments, by name. Each set of instruments is independent of the others.
/// Closing a connection may take a while, and other threads may use the list meanwhile.
pub struct Instruments<C> {
    connections: Mutex<HashMap<String, Arc<Slot<C>>>>,
}

/// Where a connection is while nobody uses it.
struct Slot<C> {
    connection: Mutex<Option<C>>,
    free: Condvar,
}

/// An instrument that nobody else uses until this is dropped.
pub struct Reserved<C> {
    slot: Arc<Slot<C>>,
    /// `Some` until this is dropped.
    connection: Option<C>,
}

impl<C> Instruments<C> {
    pub fn new() -> Self {
        Self { connections: Mutex::default() }
    }

    /// Adds an instrument. If there is one of that name, the new one takes its place.
    pub fn add(&self, name: &str, connection: C) {
        let connection = Arc::new(Slot { connection: Mutex::new(Some(connection)), free: Condvar::new() });
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
        let slot = Arc::clone(self.connections.lock().get(name)?);
        let mut free = slot.connection.lock();
        slot.free.wait_while(&mut free, |connection| connection.is_none());
        let connection = free.take();
        drop(free);
        Some(Reserved { slot, connection })
    }
}

impl<C> Default for Instruments<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Drop for Reserved<C> {
    fn drop(&mut self) {
        *self.slot.connection.lock() = self.connection.take();
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
