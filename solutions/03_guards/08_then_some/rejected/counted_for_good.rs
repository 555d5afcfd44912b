//! verdict: failing-test a_refused_deployment_changes_nothing
//! Counts refused deployments, and nobody takes them back.
//!
//! One deployment at a time.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// An environment that programs are deployed to, such as production. Each environment is independent of the others.
#[derive(Default)]
pub struct Environment {
    running: AtomicU32,
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
        let running = self.running.fetch_add(1, SeqCst);
        (running == 0).then(|| Deployment { environment: self })
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        self.running.load(SeqCst) > 0
    }
}

impl Drop for Deployment<'_> {
    fn drop(&mut self) {
        self.environment.running.fetch_sub(1, SeqCst);
    }
}
