//! Compactions: a data store rewrites its files to make them smaller.

use std::sync::Mutex;

/// Starts the compactions of one store. They may be due at any time, and an administrator may ask for one as well.
#[derive(Default)]
pub struct Compactions {
    /// True while a compaction runs. Locked only to look and to change it.
    running: Mutex<bool>,
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
        if std::mem::replace(&mut *self.running.lock().unwrap(), true) {
            return None;
        }
        let _running = Running(&self.running);
        Some(compact())
    }
}

struct Running<'a>(&'a Mutex<bool>);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Ok(mut running) = self.0.lock() {
            *running = false;
        }
    }
}
