//! Values in a `static` that are created anew in each schedule.

use std::sync::{Arc, Mutex};

use super::thread::lock;
use crate::engine::scheduler;

/// A value that each schedule creates for itself at its first use. The value of an earlier schedule is leaked: its
/// destructors belong to that schedule.
#[derive(Debug)]
pub struct Renewed<T> {
    init: fn() -> T,
    current: Mutex<Option<(u64, Arc<T>)>>,
}

/// Epoch 0 is never used by a schedule.
const OUTSIDE: u64 = 0;

impl<T> Renewed<T> {
    /// A value that `init` creates.
    pub const fn new(init: fn() -> T) -> Self {
        Renewed { init, current: Mutex::new(None) }
    }

    /// The value of the running schedule.
    pub fn get(&self) -> Arc<T> {
        let epoch = scheduler::epoch().unwrap_or(OUTSIDE);
        let mut current = lock(&self.current);
        if let Some((of, value)) = &*current
            && *of == epoch
        {
            return Arc::clone(value);
        }
        let value = Arc::new((self.init)());
        std::mem::forget(current.replace((epoch, Arc::clone(&value))));
        value
    }
}
