//! Executors of which the real package has one per process: here, one per schedule.

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;

use super::executor::{Executor, Settings, Workers};
use super::{AbortIfDropPanics, Handle, Order, global};
use crate::engine::scheduler::{self, ExecutorChoice};

/// The maximum number of blocking jobs that run at once.
const MOST_BLOCKING: usize = 500;

/// The global executor of a package, and its threads for blocking jobs, like those of the crates async-executor and
/// blocking. Both start with the first task, and never end.
#[derive(Debug, Default)]
pub struct GlobalExecutor {
    // Used only for their addresses.
    tasks: u8,
    blocking: u8,
}

impl GlobalExecutor {
    /// For a `static`.
    pub const fn new() -> Self {
        GlobalExecutor { tasks: 0, blocking: 0 }
    }

    /// Decides which threads poll the tasks of this schedule, unless that is already decided.
    pub fn choose_workers() -> Workers {
        static CHOSEN: u8 = 0;

        let chosen = global((&raw const CHOSEN).addr(), || Cell::new(scheduler::choose_executor()));
        match chosen.get() {
            ExecutorChoice::OneWorker => Workers::Pool(1),
            ExecutorChoice::ThreadEach => Workers::ThreadEach,
        }
    }

    /// Starts a task.
    ///
    /// # Panics
    ///
    /// Outside a schedule.
    pub fn spawn<F: Future + 'static>(&'static self, place: &'static Location<'static>, future: F) -> Handle<F::Output>
    where
        F::Output: 'static,
    {
        let executor = executor(&self.tasks, Self::choose_workers);
        Handle::new(executor.spawn(place, AbortIfDropPanics::new(future)))
    }

    /// Starts a job that may block.
    ///
    /// # Panics
    ///
    /// Outside a schedule.
    pub fn unblock<T: 'static>(
        &'static self,
        place: &'static Location<'static>,
        f: impl FnOnce() -> T + 'static,
    ) -> Handle<T> {
        // This executor polls nothing, so it needs no workers.
        let executor = executor(&self.blocking, || Workers::Caller);
        Handle::new(executor.spawn_blocking(place, f))
    }
}

fn executor(key: &'static u8, workers: impl FnOnce() -> Workers) -> Rc<Executor> {
    let settings = || Settings {
        workers: workers(),
        order: Order::Fifo,
        budget: None,
        most_blocking: MOST_BLOCKING,
        on_start: Box::new(|_| Box::new(())),
    };
    global(std::ptr::from_ref(key).addr(), || Executor::new(settings()))
}
