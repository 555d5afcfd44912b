//! verdict: deadlock two_settings_do_not_disturb_each_other
//! A `static` lock makes the changes of all settings wait for each other, so a change cannot make another one.
//!
//! Settings that many threads look at and few change.

use std::sync::{Mutex, RwLock};

/// A value of any kind, shared by threads. Each is independent of the others.
pub struct Settings<T> {
    value: RwLock<T>,
}

impl<T> Settings<T> {
    pub fn new(value: T) -> Self {
        Self { value: RwLock::new(value) }
    }

    /// Shows the value to `look`, and returns what `look` returns. Any number of threads may look at the same time.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.value.read().unwrap())
    }

    /// Lets `change` change the value while no other thread looks or changes, and returns what `change` returns.
    /// A caller that has to wait sleeps.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        static CHANGES: Mutex<()> = Mutex::new(());
        let _gate = CHANGES.lock().unwrap();
        change(&mut self.value.write().unwrap())
    }
}
