//! The packet buffers of a network card.

use std::sync::{Condvar, Mutex};

/// How many buffers the card maps at a time.
pub const BATCH: usize = 4;

/// Hands out the buffers of one card. Each buffer is either free or in the hands of one caller. Pools are independent
/// of each other.
pub struct Pool<B> {
    state: Mutex<State<B>>,
    changed: Condvar,
    map: Box<dyn Fn() -> B + Send + Sync>,
}

struct State<B> {
    free: Vec<B>,
    /// A thread maps buffers. Others that find none free wait for them.
    is_mapping: bool,
}

/// Ends the mapping when it is dropped, also after a panic.
struct Mapping<'a, B>(&'a Pool<B>);

impl<B> Drop for Mapping<'_, B> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().is_mapping = false;
        self.0.changed.notify_all();
    }
}

impl<B> Pool<B> {
    /// A pool without buffers. `map` maps a new one, which takes a while.
    pub fn new(map: impl Fn() -> B + Send + Sync + 'static) -> Self {
        let state = State { free: Vec::new(), is_mapping: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), map: Box::new(map) }
    }

    /// Returns a free buffer. Maps `BATCH` new ones only if none is free.
    pub fn take(&self) -> B {
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some(buffer) = state.free.pop() {
                return buffer;
            }
            if !state.is_mapping {
                break;
            }
            state = self.changed.wait(state).unwrap();
        }
        state.is_mapping = true;
        drop(state);
        let _mapping = Mapping(self);
        self.grow()
    }

    /// Takes `buffer` back. It is free again.
    pub fn give(&self, buffer: B) {
        self.state.lock().unwrap().free.push(buffer);
        self.changed.notify_one();
    }

    /// How many buffers are free.
    pub fn free(&self) -> usize {
        self.state.lock().unwrap().free.len()
    }

    /// Maps `BATCH` buffers, returns one of them and keeps the others as free ones.
    fn grow(&self) -> B {
        let first = (self.map)();
        let others: Vec<B> = (1..BATCH).map(|_| (self.map)()).collect();
        self.state.lock().unwrap().free.extend(others);
        first
    }
}
