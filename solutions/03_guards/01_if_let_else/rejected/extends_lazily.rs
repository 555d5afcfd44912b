//! verdict: deadlock others_use_the_pool_while_the_card_maps
//! `map` is lazy: `extend` maps the other buffers, under the lock.
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
        if let Some(buffer) = free {
            buffer
        } else {
            self.grow()
        }
    }

    /// Takes `buffer` back. It is free again.
    pub fn give(&self, buffer: B) {
        self.free.lock().unwrap().push(buffer);
    }

    /// How many buffers are free.
    pub fn free(&self) -> usize {
        self.free.lock().unwrap().len()
    }

    /// Maps `BATCH` buffers, returns one of them and keeps the others as free ones.
    fn grow(&self) -> B {
        let first = (self.map)();
        self.free.lock().unwrap().extend((1..BATCH).map(|_| (self.map)()));
        first
    }
}
