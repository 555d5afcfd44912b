//! verdict: failing-test a_pool_without_a_free_buffer_maps_some
//! Maps a single buffer and needs no lock for it.
//!
//! The packet buffers of a network card.

use std::sync::Mutex;

/// How many buffers the card maps at a time.
pub const BATCH: usize = 4;

/// Hands out the buffers of one card. Each buffer is either free or in the hands of one caller. Pools are independent
/// of each other.
pub struct Pool<B> {
    free: Mutex<Vec<B>>,
    map: Box<dyn Fn() -> B + Send + Sync>,
}

impl<B> Pool<B> {
    /// A pool without buffers. `map` maps a new one, which takes a while.
    pub fn new(map: impl Fn() -> B + Send + Sync + 'static) -> Self {
        Self { free: Mutex::new(Vec::new()), map: Box::new(map) }
    }

    /// Returns a free buffer. Maps `BATCH` new ones only if none is free.
    pub fn take(&self) -> B {
        let free = self.free.lock().unwrap().pop();
        free.unwrap_or_else(|| (self.map)())
    }

    /// Takes `buffer` back. It is free again.
    pub fn give(&self, buffer: B) {
        self.free.lock().unwrap().push(buffer);
    }

    /// How many buffers are free.
    pub fn free(&self) -> usize {
        self.free.lock().unwrap().len()
    }
}
