//! Values in a `static` that start every schedule in their initial state.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::engine::scheduler;

/// A value of which each schedule has its own copy, although it may live in a `static`. Changes made outside any
/// schedule persist. References to the values are handed out, so no value is dropped before the whole is.
pub struct EachSchedule<C> {
    first: C,
    /// Creates another value like the first. `None` if all schedules share the first.
    again: Option<fn(&C) -> C>,
    later: Mutex<Later<C>>,
}

struct Later<C> {
    /// The schedule that the last value belongs to; 0 is none.
    epoch: u64,
    #[allow(clippy::vec_box, reason = "the addresses have to stay")]
    values: Vec<Box<C>>,
}

impl<C> EachSchedule<C> {
    /// Uses `first` up to the first schedule, and a value that `again` creates from it in each later one.
    pub const fn new(first: C, again: fn(&C) -> C) -> Self {
        EachSchedule { first, again: Some(again), later: Mutex::new(Later { epoch: 0, values: Vec::new() }) }
    }

    /// Uses `first` in all schedules, for a value that does not change.
    pub const fn shared(first: C) -> Self {
        EachSchedule { first, again: None, later: Mutex::new(Later { epoch: 0, values: Vec::new() }) }
    }

    /// The value of the running schedule.
    pub fn get(&self) -> &C {
        let mut later = self.later.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(again), Some(epoch)) = (self.again, scheduler::epoch())
            && let before = std::mem::replace(&mut later.epoch, epoch)
            && before != epoch
            && before != 0
        {
            later.values.push(Box::new(again(&self.first)));
        }
        let Some(last) = later.values.last() else { return &self.first };
        let last: *const C = &raw const **last;
        #[allow(unsafe_code)]
        // SAFETY: boxes are only added while `self` is shared, and their contents do not move.
        unsafe {
            &*last
        }
    }

    /// The value of the running schedule.
    pub fn get_mut(&mut self) -> &mut C {
        self.get();
        let later = self.later.get_mut().unwrap_or_else(PoisonError::into_inner);
        later.values.last_mut().map_or(&mut self.first, |last| &mut **last)
    }

    /// The value of the running schedule.
    pub fn into_inner(self) -> C {
        self.get();
        let mut later = self.later.into_inner().unwrap_or_else(PoisonError::into_inner);
        later.values.pop().map_or(self.first, |last| *last)
    }
}

impl<C: fmt::Debug> fmt::Debug for EachSchedule<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
