//! State that starts anew with each schedule.

use std::sync::{Mutex, PoisonError};

use crate::engine::scheduler;

/// A small value that is reset at the start of each schedule, although it may live in a `static`. Changes made outside
/// any schedule persist.
#[derive(Debug)]
pub struct PerSchedule<T> {
    initial: T,
    /// The schedule, and the value in it.
    state: Mutex<(u64, T)>,
}

impl<T: Copy> PerSchedule<T> {
    /// A value that starts each schedule as `initial`.
    pub const fn new(initial: T) -> Self {
        PerSchedule { initial, state: Mutex::new((0, initial)) }
    }

    /// Calls `f`, which must not run foreign code, with the value. Not a scheduling point.
    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(epoch) = scheduler::epoch()
            && state.0 != epoch
        {
            let was_outside = state.0 == 0;
            *state = (epoch, if was_outside { state.1 } else { self.initial });
        }
        f(&mut state.1)
    }
}
