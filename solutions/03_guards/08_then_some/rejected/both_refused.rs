//! verdict: failing-test one_of_two_deployments_begins
//! Announces itself and then counts. Two threads that announce themselves at the same moment both count two.
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
        self.running.fetch_add(1, SeqCst);
        if self.running.load(SeqCst) > 1 {
            self.running.fetch_sub(1, SeqCst);
            return None;
        }
        Some(Deployment { environment: self })
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
