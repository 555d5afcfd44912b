//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::atomic::{AtomicBool, Ordering};

/// Starts the compactions of one store. They may be due at any time, and an administrator may ask for one as well.
#[derive(Default)]
pub struct Compactions {
    /// True while a compaction runs.
    running: AtomicBool,
}

impl Compactions {
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `compact` and returns what it returns. If another compaction of this store is running, returns `None` at once,
    /// without calling `compact`.
    ///
    /// If `compact` panics, so does this call, and the compaction has ended.
    pub fn run<R>(&self, compact: impl FnOnce() -> R) -> Option<R> {
        if self.running.swap(true, Ordering::Acquire) {
            return None;
        }
        let _running = Running(&self.running);
        Some(compact())
    }
}

/// Clears the flag when it is dropped, also by a panic.
struct Running<'a>(&'a AtomicBool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
