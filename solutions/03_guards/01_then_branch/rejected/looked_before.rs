//! verdict: panic
//! Each line locks for itself, and between them another worker takes the job that was seen.
//!
//! Jobs that wait to be run. A job may add more jobs.

use std::collections::VecDeque;

use parking_lot::Mutex;

type Job = Box<dyn FnOnce(&Jobs) + Send>;

/// A queue of jobs, for any number of workers.
#[derive(Default)]
pub struct Jobs {
    waiting: Mutex<VecDeque<Job>>,
}

impl Jobs {
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `job` at the end of the queue.
    pub fn add(&self, job: impl FnOnce(&Jobs) + Send + 'static) {
        self.waiting.lock().push_back(Box::new(job));
    }

    /// How many jobs nobody has begun yet.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Runs the next job. `false` if there is none.
    pub fn run_next(&self) -> bool {
        if self.waiting() == 0 {
            return false;
        }
        let job = self.waiting.lock().pop_front().unwrap();
        job(self);
        true
    }

    /// Runs jobs until none is left, those included that are added meanwhile.
    pub fn run_all(&self) {
        while self.run_next() {}
    }
}
