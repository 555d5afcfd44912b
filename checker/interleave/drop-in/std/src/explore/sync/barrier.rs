//! `std::sync::Barrier`.

use ::std::fmt;
use ::std::panic::Location;
use ::std::sync::{Mutex, PoisonError};

use interleave::engine::Access;
use interleave::model::{Object, Order, Signal};

/// A barrier controlled by the scheduler.
pub struct Barrier {
    object: Object,
    signal: Signal,
    size: usize,
    waiting: Mutex<usize>,
}

/// See [`::std::sync::BarrierWaitResult`].
pub struct BarrierWaitResult {
    leader: bool,
}

impl BarrierWaitResult {
    /// Whether this thread opened the barrier: true for one of the threads that were let through.
    pub fn is_leader(&self) -> bool {
        self.leader
    }
}

impl fmt::Debug for BarrierWaitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWaitResult").field("is_leader", &self.leader).finish()
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}

impl Barrier {
    /// A barrier for `n` threads.
    #[track_caller]
    pub const fn new(n: usize) -> Self {
        Barrier {
            object: Object::new("Barrier"),
            signal: Signal::new("Barrier", Order::Fifo),
            size: n,
            waiting: Mutex::new(0),
        }
    }

    /// Waits until `n` threads have called this, and lets them all through.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let place = Location::caller();
        self.object.point(Access::Write);
        let is_last = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            *waiting += 1;
            *waiting >= self.size
        };
        if is_last {
            *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = 0;
            self.signal.notify_all_at_once(place);
            return BarrierWaitResult { leader: true };
        }
        let ticket = self.signal.enlist_at_once();
        self.signal.wait(ticket, None, place);
        BarrierWaitResult { leader: false }
    }
}
