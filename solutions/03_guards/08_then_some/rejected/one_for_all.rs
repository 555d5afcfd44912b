//! verdict: failing-test each_environment_has_its_own_deployment
//! One `static` flag for all environments.
//!
//! One deployment at a time.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// An environment that programs are deployed to, such as production. Each environment is independent of the others.
#[derive(Default)]
pub struct Environment;

static BUSY: AtomicBool = AtomicBool::new(false);

/// A running deployment. It has the environment for itself until it is dropped.
pub struct Deployment<'a> {
    _environment: &'a Environment,
}

impl Environment {
    pub fn new() -> Self {
        Self
    }

    /// Begins a deployment, or returns `None` if another one is running. Does not wait.
    pub fn begin(&self) -> Option<Deployment<'_>> {
        let was_busy = BUSY.swap(true, SeqCst);
        (!was_busy).then(|| Deployment { _environment: self })
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        BUSY.load(SeqCst)
    }
}

impl Drop for Deployment<'_> {
    fn drop(&mut self) {
        BUSY.store(false, SeqCst);
    }
}
