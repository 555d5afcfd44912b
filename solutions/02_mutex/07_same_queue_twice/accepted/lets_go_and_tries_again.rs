//! The job queues of a pool, one for each worker. A worker that has nothing to do steals jobs from another one.

use std::collections::VecDeque;
use std::ptr;
use std::sync::{Mutex, MutexGuard};
use std::thread;

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
        if ptr::eq(self, other) {
            return 0;
        }
        let (mut own, mut theirs) = self.lock_both(other);
        let half = theirs.len().div_ceil(2);
        own.extend(theirs.drain(..half));
        half
    }

    /// How many jobs wait in these two queues, counted at one moment. If both are the same queue, its jobs count once.
    pub fn total(&self, other: &Queue<J>) -> usize {
        if ptr::eq(self, other) {
            return self.jobs.lock().unwrap().len();
        }
        let (own, theirs) = self.lock_both(other);
        own.len() + theirs.len()
    }

    fn lock_both<'a>(&'a self, other: &'a Self) -> (MutexGuard<'a, VecDeque<J>>, MutexGuard<'a, VecDeque<J>>) {
        loop {
            let own = self.jobs.lock().unwrap();
            if let Ok(theirs) = other.jobs.try_lock() {
                return (own, theirs);
            }
            drop(own);
            thread::yield_now();
        }
    }
}
