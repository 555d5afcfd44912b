//! Named tasks.

use std::io;
use std::panic::Location;

use interleave::engine::threads;

use super::local::WithLocals;
use super::{GLOBAL, JoinHandle, Task};

/// See [`real::task::Builder`].
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// See [`real::task::Builder::new`].
    pub fn new() -> Builder {
        Builder { name: None }
    }

    /// See [`real::task::Builder::name`].
    pub fn name(mut self, name: String) -> Builder {
        self.name = Some(name);
        self
    }

    /// See [`real::task::Builder::spawn`].
    ///
    /// # Errors
    ///
    /// None, as in the real package.
    #[track_caller]
    pub fn spawn<F, T>(self, future: F) -> io::Result<JoinHandle<T>>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let task = Task::new(self.name);
        let handle = GLOBAL.spawn(Location::caller(), WithLocals::new(task.clone(), future));
        Ok(JoinHandle::new(handle, task))
    }

    /// See [`real::task::Builder::blocking`].
    pub fn blocking<F, T>(self, future: F) -> T
    where
        F: Future<Output = T>,
    {
        threads::block_on(WithLocals::new(Task::new(self.name), future))
    }
}
