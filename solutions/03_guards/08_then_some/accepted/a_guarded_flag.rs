//! One deployment at a time.

use std::sync::Mutex;

/// An environment that programs are deployed to, such as production. Each environment is independent of the others.
#[derive(Default)]
pub struct Environment {
    busy: Mutex<bool>,
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
        let mut busy = self.busy.lock().unwrap();
        if *busy {
            return None;
        }
        *busy = true;
        Some(Deployment { environment: self })
    }

    /// Whether a deployment is running.
    pub fn is_busy(&self) -> bool {
        *self.busy.lock().unwrap()
    }
}

impl Drop for Deployment<'_> {
    fn drop(&mut self) {
        *self.environment.busy.lock().unwrap() = false;
    }
}
