use ::std::panic::Location;
use ::std::sync::{Mutex, PoisonError};

use interleave::explore::{Patience, Signal, point};

/// A barrier that the scheduler decides about.
#[derive(Debug)]
pub struct Barrier {
    signal: Signal,
    size: usize,
    waiting: Mutex<usize>,
}

/// See [`::std::sync::BarrierWaitResult`].
#[derive(Debug)]
pub struct BarrierWaitResult {
    leader: bool,
}

impl BarrierWaitResult {
    pub fn is_leader(&self) -> bool {
        self.leader
    }
}

impl Barrier {
    #[track_caller]
    pub const fn new(n: usize) -> Self {
        Barrier { signal: Signal::new("Barrier"), size: n, waiting: Mutex::new(0) }
    }

    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let place = Location::caller();
        point();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if *waiting + 1 >= self.size {
            *waiting = 0;
            drop(waiting);
            self.signal.notify_all(place);
            return BarrierWaitResult { leader: true };
        }
        *waiting += 1;
        let ticket = self.signal.enlist();
        drop(waiting);
        self.signal.wait(ticket, Patience::Endless, place);
        BarrierWaitResult { leader: false }
    }
}
