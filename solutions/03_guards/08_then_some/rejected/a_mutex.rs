//! verdict: failing-test a_look_refuses_nobody
//! A mutex has no method that only looks: `is_busy` takes it for a moment, and a deployment is refused meanwhile.
//!
//! One deployment at a time.

use std::sync::{Mutex, MutexGuard, TryLockError};

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
        let guard = match self.busy.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(Deployment { _guard: guard })
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        matches!(self.busy.try_lock(), Err(TryLockError::WouldBlock))
    }
}
