//! verdict: failing-test a_refused_deployment_changes_nothing
//! `filter` drops the deployment that was refused, and `drop` ends the one that runs.
//!
//! One deployment at a time.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// An environment that programs are deployed to, such as production. Each environment is independent of the others.
#[derive(Default)]
pub struct Environment {
    busy: AtomicBool,
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
        let was_busy = self.busy.swap(true, SeqCst);
        Some(Deployment { environment: self }).filter(|_| !was_busy)
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        self.busy.load(SeqCst)
    }
}

impl Drop for Deployment<'_> {
    fn drop(&mut self) {
        self.environment.busy.store(false, SeqCst);
    }
}
