//! `tokio::task`, on the model of an executor.

pub mod coop;
mod join_set;
mod local;
mod task_local;

use std::panic::Location;

pub use coop::{Unconstrained, consume_budget, unconstrained};

pub use super::join::{AbortHandle, Id, JoinError, JoinHandle, id, try_id};
pub use join_set::JoinSet;
pub use local::{LocalEnterGuard, LocalSet, spawn_local};
pub use task_local::{AccessError, LocalKey};

use super::runtime::{Handle, context};

pub mod futures {
    //! See [`real::task::futures`].

    pub use super::task_local::TaskLocalFuture;
}

/// See [`real::task::spawn`].
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    Handle::current().spawn(future)
}

/// See [`real::task::spawn_blocking`].
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    Handle::current().spawn_blocking(f)
}

/// See [`real::task::block_in_place`].
#[track_caller]
pub fn block_in_place<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    match context::current().filter(|_| context::is_async()) {
        None => f(),
        Some(handle) => {
            assert!(
                handle.runtime_flavor() != real::runtime::RuntimeFlavor::CurrentThread && !local::is_polled(),
                "can call blocking only when running on the multi-threaded runtime"
            );
            context::may_block(|| handle.executor().block_in_place(f))
        }
    }
}

/// See [`real::task::yield_now`].
#[track_caller]
pub fn yield_now() -> impl Future<Output = ()> {
    interleave::model::task::yield_now(Location::caller())
}
