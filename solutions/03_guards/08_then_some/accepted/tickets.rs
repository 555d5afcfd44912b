//! One deployment at a time.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// An environment that programs are deployed to, such as production. Each environment is independent of the others.
pub struct Environment {
    /// The number of the running deployment, or 0.
    running: AtomicU64,
    next: AtomicU64,
}

/// A running deployment. It has the environment for itself until it is dropped.
pub struct Deployment<'a> {
    environment: &'a Environment,
}

impl Environment {
    pub fn new() -> Self {
        Self { running: AtomicU64::new(0), next: AtomicU64::new(1) }
    }

    /// Begins a deployment, or returns `None` if another one is running. Does not wait.
    pub fn begin(&self) -> Option<Deployment<'_>> {
        let number = self.next.fetch_add(1, SeqCst);
        self.running.compare_exchange(0, number, SeqCst, SeqCst).ok()?;
        Some(Deployment { environment: self })
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        self.running.load(SeqCst) != 0
    }
}

impl Drop for Deployment<'_> {
    fn drop(&mut self) {
        self.environment.running.store(0, SeqCst);
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::new()
    }
}
