//! verdict: failing-test a_deployment_that_panics_ends
//! A deployment that panics poisons the mutex, and `try_lock` never succeeds again.
//!
//! One deployment at a time.

use std::sync::{Mutex, MutexGuard};

/// An environment that programs are deployed to, such as production. Each environment is independent of the others.
#[derive(Default)]
pub struct Environment {
    busy: Mutex<()>,
}

/// A running deployment. It has the environment for itself until it is dropped.
pub struct Deployment<'a> {
    _guard: MutexGuard<'a, ()>,
}

impl Environment {
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a deployment, or returns `None` if another one is running. Does not wait.
    pub fn begin(&self) -> Option<Deployment<'_>> {
        let guard = self.busy.try_lock().ok()?;
        Some(Deployment { _guard: guard })
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        self.busy.try_lock().is_err()
    }
}
