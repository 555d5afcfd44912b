//! The job queues of a pool, one for each worker. A worker that has nothing to do steals jobs from another one.

use std::cmp::Ordering::{Equal, Greater, Less};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The jobs that wait for one worker, the oldest first.
pub struct Queue<J> {
    /// Of two queues, the one with the lower number is locked first.
    number: u64,
    jobs: Mutex<VecDeque<J>>,
}

impl<J> Default for Queue<J> {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), jobs: Mutex::default() }
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
        let (mut own, mut theirs);
        match self.number.cmp(&other.number) {
            Equal => return 0,
            Less => {
                own = self.jobs.lock().unwrap();
                theirs = other.jobs.lock().unwrap();
            }
            Greater => {
                theirs = other.jobs.lock().unwrap();
                own = self.jobs.lock().unwrap();
            }
        }
        let half = theirs.len().div_ceil(2);
        own.extend(theirs.drain(..half));
        half
    }

    /// How many jobs wait in these two queues, counted at one moment. If both are the same queue, its jobs count once.
    pub fn total(&self, other: &Queue<J>) -> usize {
        if self.number > other.number {
            return other.total(self);
        }
        let own = self.jobs.lock().unwrap();
        if self.number == other.number {
            return own.len();
        }
        own.len() + other.jobs.lock().unwrap().len()
    }
}
