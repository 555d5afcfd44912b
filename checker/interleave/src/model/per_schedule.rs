//! State that begins anew with each schedule.

use std::sync::{Mutex, PoisonError};

use crate::engine::scheduler;

/// A small value that is the same at the beginning of each schedule, although it may live in a `static`. What was done
/// outside of any schedule stays.
#[derive(Debug)]
pub struct PerSchedule<T> {
    initial: T,
    /// The schedule, and the value in it.
    state: Mutex<(u64, T)>,
}

impl<T: Copy> PerSchedule<T> {
    /// A value that begins as `initial`.
    pub const fn new(initial: T) -> Self {
        PerSchedule { initial, state: Mutex::new((0, initial)) }
    }

    /// Calls `f`, which must not run foreign code, with the value. No scheduling point.
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
