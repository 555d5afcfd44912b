//! verdict: failing-test a_job_may_run_other_jobs
//! `run_all` does nothing in a job that `run_all` runs: it returns while jobs wait.
//!
//! Jobs that wait to be run. A job may add more jobs.

use std::cell::Cell;
use std::collections::VecDeque;

use parking_lot::Mutex;

type Job = Box<dyn FnOnce(&Jobs) + Send>;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

#[derive(Default)]
/// A queue of jobs, for any number of workers.
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

    /// How many jobs have not been started.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Runs the job that was added first and returns `true`, or returns `false` if no job waits.
    pub fn run_next(&self) -> bool {
        let next = self.waiting.lock().pop_front();
        let Some(job) = next else { return false };
        job(self);
        true
    }

    /// Runs jobs until none waits, including jobs that are added meanwhile.
    pub fn run_all(&self) {
        if RUNNING.replace(true) {
            return;
        }
        while self.run_next() {}
        RUNNING.set(false);
    }
}
