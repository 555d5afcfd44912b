//! `async_std::task`, on the model of an executor.

mod builder;
mod current;
mod join_handle;
mod local;

use std::panic::Location;
use std::time::Duration;

use interleave::model::{GlobalExecutor, YieldNow};

use super::timeout::within;

pub use builder::Builder;
pub use current::{Task, TaskId, current, try_current};
pub use join_handle::JoinHandle;
pub use local::{AccessError, LocalKey};
#[doc(no_inline)]
pub use real::task::*;

static GLOBAL: GlobalExecutor = GlobalExecutor::new();

/// See [`real::task::spawn`].
#[track_caller]
pub fn spawn<F, T>(future: F) -> JoinHandle<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(future).expect("cannot spawn task")
}

/// See [`real::task::spawn_blocking`]. As there, a task of the executor awaits the blocking job.
#[track_caller]
pub fn spawn_blocking<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    spawn(GLOBAL.unblock(Location::caller(), f))
}

/// See [`real::task::block_on`].
pub fn block_on<F, T>(future: F) -> T
where
    F: Future<Output = T>,
{
    Builder::new().blocking(future)
}

/// See [`real::task::sleep`].
pub async fn sleep(duration: Duration) {
    within(duration, std::future::pending::<()>()).await;
}

/// See [`real::task::yield_now`].
pub async fn yield_now() {
    YieldNow::default().await;
}
