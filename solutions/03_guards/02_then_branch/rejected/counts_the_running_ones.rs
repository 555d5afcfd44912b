//! verdict: failing-test a_job_may_look_at_the_queue
//! Counts a job until it has ended, so running jobs count as waiting.
//!
//! Jobs that wait to be run. A job may add more jobs.

use std::collections::VecDeque;

use parking_lot::Mutex;

type Job = Box<dyn FnOnce(&Jobs) + Send>;

/// A queue of jobs, for any number of workers.
#[derive(Default)]
pub struct Jobs {
    waiting: Mutex<VecDeque<Job>>,
    not_done: Mutex<usize>,
}

impl Jobs {
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `job` at the end of the queue.
    pub fn add(&self, job: impl FnOnce(&Jobs) + Send + 'static) {
        *self.not_done.lock() += 1;
        self.waiting.lock().push_back(Box::new(job));
    }

    /// How many jobs have not been started.
    pub fn waiting(&self) -> usize {
        *self.not_done.lock()
    }

    /// Runs the job that was added first and returns `true`, or returns `false` if no job waits.
    pub fn run_next(&self) -> bool {
        let next = self.waiting.lock().pop_front();
        if let Some(job) = next {
            job(self);
            *self.not_done.lock() -= 1;
            true
        } else {
            false
        }
    }

    /// Runs jobs until none waits, including jobs that are added meanwhile.
    pub fn run_all(&self) {
        loop {
            let next = self.waiting.lock().pop_front();
            let Some(job) = next else { return };
            job(self);
            *self.not_done.lock() -= 1;
        }
    }
}
