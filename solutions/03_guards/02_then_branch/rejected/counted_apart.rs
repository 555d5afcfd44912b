//! verdict: failing-test a_job_that_is_started_does_not_wait
//! Counts beside the queue, after unlocking: a job may be taken before it has been counted.
//!
//! Jobs that wait to be run. A job may add more jobs.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

type Job = Box<dyn FnOnce(&Jobs) + Send>;

#[derive(Default)]
/// A queue of jobs, for any number of workers.
pub struct Jobs {
    waiting: Mutex<VecDeque<Job>>,
    count: AtomicUsize,
}

impl Jobs {
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `job` at the end of the queue.
    pub fn add(&self, job: impl FnOnce(&Jobs) + Send + 'static) {
        self.waiting.lock().push_back(Box::new(job));
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    /// How many jobs have not been started.
    pub fn waiting(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Runs the job that was added first and returns `true`, or returns `false` if no job waits.
    pub fn run_next(&self) -> bool {
        let next = self.waiting.lock().pop_front();
        let Some(job) = next else { return false };
        self.count.fetch_sub(1, Ordering::SeqCst);
        job(self);
        true
    }

    /// Runs jobs until none waits, including jobs that are added meanwhile.
    pub fn run_all(&self) {
        while self.run_next() {}
    }
}
