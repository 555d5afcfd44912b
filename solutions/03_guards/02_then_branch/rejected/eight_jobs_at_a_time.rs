//! verdict: deadlock forty_workers_run_forty_jobs_at_the_same_time
//! Eight slots for running jobs: a ninth worker waits until one of them is free.
//!
//! Jobs that wait to be run. A job may add more jobs.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

type Job = Box<dyn FnOnce(&Jobs) + Send>;

#[derive(Default)]
/// A queue of jobs, for any number of workers.
pub struct Jobs {
    waiting: Mutex<VecDeque<Job>>,
    running: Mutex<usize>,
    ended: Condvar,
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
        let mut running = self.running.lock();
        while *running == 8 {
            self.ended.wait(&mut running);
        }
        *running += 1;
        drop(running);
        job(self);
        *self.running.lock() -= 1;
        self.ended.notify_one();
        true
    }

    /// Runs jobs until none waits, including jobs that are added meanwhile.
    pub fn run_all(&self) {
        while self.run_next() {}
    }
}
