//! The job queues of a pool, one for each worker. A worker that has nothing to do steals jobs from another one.

use std::collections::VecDeque;
use std::ptr;
use std::sync::{Mutex, MutexGuard};

/// The jobs that wait for one worker, the oldest first.
pub struct Queue<J> {
    jobs: Mutex<VecDeque<J>>,
}

impl<J> Default for Queue<J> {
    fn default() -> Self {
        Self { jobs: Mutex::default() }
    }
}

impl<J> Queue<J> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `job` at the end.
    pub fn push(&self, job: J) {
        self.jobs.lock().unwrap().push_back(job);
    }

    /// Takes the oldest job.
    pub fn pop(&self) -> Option<J> {
        self.jobs.lock().unwrap().pop_front()
    }

    /// Moves the older half of the jobs of `other`, rounded up, to the end of this queue, in their order. Returns how many
    /// jobs it has moved. A queue does not steal from itself: it moves none and returns 0.
    pub fn steal_from(&self, other: &Queue<J>) -> usize {
        let (mut own, Some(mut theirs)) = self.lock_both(other) else {
            return 0;
        };
        let half = theirs.len().div_ceil(2);
        own.extend(theirs.drain(..half));
        half
    }

    /// How many jobs wait in these two queues, counted at one moment. If both are the same queue, its jobs count once.
    pub fn total(&self, other: &Queue<J>) -> usize {
        let (own, theirs) = self.lock_both(other);
        own.len() + theirs.map_or(0, |theirs| theirs.len())
    }

    /// Locks the queues in the order of their addresses. There is no second guard if both are the same queue.
    fn lock_both<'a>(&'a self, other: &'a Self) -> (Guard<'a, J>, Option<Guard<'a, J>>) {
        let (own, theirs) = (ptr::from_ref(self).addr(), ptr::from_ref(other).addr());
        if own == theirs {
            (self.jobs.lock().unwrap(), None)
        } else if own > theirs {
            let theirs = other.jobs.lock().unwrap();
            (self.jobs.lock().unwrap(), Some(theirs))
        } else {
            (self.jobs.lock().unwrap(), Some(other.jobs.lock().unwrap()))
        }
    }
}

type Guard<'a, J> = MutexGuard<'a, VecDeque<J>>;
