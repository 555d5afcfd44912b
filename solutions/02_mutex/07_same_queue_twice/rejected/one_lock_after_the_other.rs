//! verdict: failing-test no_job_is_between_two_queues
//! Never holds two locks, so there is no deadlock; but for a moment the stolen jobs are in no queue.
//!
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
        if ptr::eq(self, other) {
            return 0;
        }
        let mut theirs = other.jobs.lock().unwrap();
        let half = theirs.len().div_ceil(2);
        let stolen: Vec<J> = theirs.drain(..half).collect();
        drop(theirs);
        self.jobs.lock().unwrap().extend(stolen);
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

    /// Locks two different queues: the one at the lower address first, whichever is `self`.
    fn lock_both<'a>(&'a self, other: &'a Self) -> (MutexGuard<'a, VecDeque<J>>, MutexGuard<'a, VecDeque<J>>) {
        if ptr::from_ref(self) < ptr::from_ref(other) {
            let own = self.jobs.lock().unwrap();
            let theirs = other.jobs.lock().unwrap();
            (own, theirs)
        } else {
            let theirs = other.jobs.lock().unwrap();
            let own = self.jobs.lock().unwrap();
            (own, theirs)
        }
    }
}
