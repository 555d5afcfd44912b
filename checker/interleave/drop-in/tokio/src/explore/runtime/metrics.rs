//! The stable part of `tokio::runtime::RuntimeMetrics`.

use std::panic::{RefUnwindSafe, UnwindSafe};

use interleave::model::executor::Executor;

/// See [`real::runtime::RuntimeMetrics`].
#[derive(Clone, Debug)]
pub struct RuntimeMetrics {
    executor: Executor,
    workers: usize,
}

impl UnwindSafe for RuntimeMetrics {}
impl RefUnwindSafe for RuntimeMetrics {}

impl RuntimeMetrics {
    pub(super) fn new(executor: Executor, workers: usize) -> Self {
        RuntimeMetrics { executor, workers }
    }

    /// See [`real::runtime::RuntimeMetrics::num_workers`].
    pub fn num_workers(&self) -> usize {
        self.workers
    }

    /// See [`real::runtime::RuntimeMetrics::num_alive_tasks`].
    pub fn num_alive_tasks(&self) -> usize {
        self.executor.alive_tasks()
    }

    /// See [`real::runtime::RuntimeMetrics::global_queue_depth`].
    pub fn global_queue_depth(&self) -> usize {
        self.executor.ready_tasks()
    }
}
