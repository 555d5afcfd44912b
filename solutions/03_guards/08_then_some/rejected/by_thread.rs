//! verdict: failing-test a_refused_deployment_changes_nothing
//! Only the thread whose deployment is running can end it. But one thread may begin two, and the second one is refused.
//!
//! One deployment at a time.

use std::sync::Mutex;
use std::thread::{self, ThreadId};

/// An environment that programs are deployed to, such as production. Each environment is independent of the others.
#[derive(Default)]
pub struct Environment {
    runs: Mutex<Option<ThreadId>>,
}

/// A running deployment. It has the environment for itself until it is dropped.
pub struct Deployment<'a> {
    environment: &'a Environment,
}

impl Environment {
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a deployment, or returns `None` if another one is running. Does not wait.
    pub fn begin(&self) -> Option<Deployment<'_>> {
        let mut runs = self.runs.lock().unwrap();
        let free = runs.is_none();
        if free {
            *runs = Some(thread::current().id());
        }
        drop(runs);
        free.then_some(Deployment { environment: self })
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        self.runs.lock().unwrap().is_some()
    }
}

impl Drop for Deployment<'_> {
    fn drop(&mut self) {
        let mut runs = self.environment.runs.lock().unwrap();
        if *runs == Some(thread::current().id()) {
            *runs = None;
        }
    }
}
