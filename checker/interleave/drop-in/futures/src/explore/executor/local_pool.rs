//! `LocalPool` with the queue and order of the real one, on a thread that waits through the scheduler.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context, Poll};

use interleave::engine::scheduler;
use real::stream::{FuturesUnordered, StreamExt};
use real::task::{FutureObj, LocalFutureObj, LocalSpawn, Spawn, SpawnError};

use super::run_executor;

/// See [`real::executor::LocalPool`].
#[derive(Debug, Default)]
pub struct LocalPool {
    pool: FuturesUnordered<LocalFutureObj<'static, ()>>,
    incoming: Rc<Incoming>,
}

/// See [`real::executor::LocalSpawner`].
#[derive(Clone, Debug)]
pub struct LocalSpawner {
    incoming: Weak<Incoming>,
}

type Incoming = RefCell<Vec<LocalFutureObj<'static, ()>>>;

impl LocalPool {
    /// See [`real::executor::LocalPool::new`].
    pub fn new() -> Self {
        LocalPool::default()
    }

    /// See [`real::executor::LocalPool::spawner`].
    pub fn spawner(&self) -> LocalSpawner {
        LocalSpawner { incoming: Rc::downgrade(&self.incoming) }
    }

    /// See [`real::executor::LocalPool::run`].
    ///
    /// # Panics
    ///
    /// Inside another executor.
    #[track_caller]
    pub fn run(&mut self) {
        run_executor(|_, context| self.poll_pool(context));
    }

    /// See [`real::executor::LocalPool::run_until`].
    ///
    /// # Panics
    ///
    /// Inside another executor.
    #[track_caller]
    pub fn run_until<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        run_executor(|_, context| {
            let polled = future.as_mut().poll(context);
            if polled.is_pending() {
                let _ = self.poll_pool(context);
            }
            polled
        })
    }

    /// See [`real::executor::LocalPool::try_run_one`].
    ///
    /// # Panics
    ///
    /// Inside another executor.
    #[track_caller]
    pub fn try_run_one(&mut self) -> bool {
        run_executor(|notify, context| {
            loop {
                self.take_in();
                match self.pool.poll_next_unpin(context) {
                    Poll::Ready(ended) => return Poll::Ready(ended.is_some()),
                    Poll::Pending if !self.incoming.borrow().is_empty() => {}
                    Poll::Pending if notify.is_woken.load(SeqCst) => return Poll::Pending,
                    Poll::Pending => return Poll::Ready(false),
                }
            }
        })
    }

    /// See [`real::executor::LocalPool::run_until_stalled`].
    ///
    /// # Panics
    ///
    /// Inside another executor.
    #[track_caller]
    pub fn run_until_stalled(&mut self) {
        run_executor(|notify, context| match self.poll_pool(context) {
            Poll::Pending if notify.is_woken.load(SeqCst) => Poll::Pending,
            _ => Poll::Ready(()),
        });
    }

    /// Polls the tasks until none of them is ready. Ready when all have ended.
    fn poll_pool(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            self.take_in();
            let polled = self.pool.poll_next_unpin(context);
            if !self.incoming.borrow().is_empty() {
                continue;
            }
            match polled {
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn take_in(&mut self) {
        self.pool.extend(self.incoming.take());
    }
}

impl LocalSpawner {
    fn incoming(&self) -> Result<Rc<Incoming>, SpawnError> {
        scheduler::point();
        self.incoming.upgrade().ok_or_else(SpawnError::shutdown)
    }
}

impl Spawn for LocalSpawner {
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.spawn_local_obj(future.into())
    }

    fn status(&self) -> Result<(), SpawnError> {
        self.status_local()
    }
}

impl LocalSpawn for LocalSpawner {
    fn spawn_local_obj(&self, future: LocalFutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.incoming()?.borrow_mut().push(future);
        Ok(())
    }

    fn status_local(&self) -> Result<(), SpawnError> {
        self.incoming().map(drop)
    }
}
