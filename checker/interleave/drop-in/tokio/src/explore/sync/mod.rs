//! `tokio::sync` under the scheduler.
//!
//! The types contain the real ones of tokio, with their queues and their fairness: they need no runtime, only a
//! scheduling point around each operation. `watch` and `Barrier` are built on the real `Notify` instead: the real ones
//! choose among several queues at random, and a schedule must be repeatable.

mod barrier;
mod bounds;
pub mod broadcast;
mod guard;
mod hold;
pub mod mpsc;
mod mutex;
mod notify;
mod once_cell;
pub mod oneshot;
mod rwlock;
mod semaphore;
mod set_once;
pub mod watch;

use interleave::model::end;

pub use barrier::{Barrier, BarrierWaitResult};
pub use mutex::{MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard};
pub use notify::Notify;
pub use once_cell::OnceCell;
#[doc(no_inline)]
pub use real::sync::{AcquireError, SetError, SetOnceError, TryAcquireError, TryLockError};
pub use rwlock::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockMappedWriteGuard,
    RwLockReadGuard, RwLockWriteGuard,
};
pub use semaphore::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
pub use set_once::SetOnce;

pub mod futures {
    //! See [`real::sync::futures`].

    pub use super::notify::{Notified, OwnedNotified};
}

/// Marks the ends of tokio's channels as ours.
pub(crate) struct Tokio;

/// An end of one of tokio's channels.
type End<R> = end::End<R, Tokio>;

/// Users cannot close the private semaphore of a lock.
const NEVER_CLOSED: &str = "the semaphore of a lock is never closed";

/// The error of `try_lock`. Its field is private, so a real mutex must create it.
fn refused() -> TryLockError {
    let taken = real::sync::Mutex::const_new(());
    let _guard = taken.try_lock();
    taken.try_lock().expect_err("it is taken")
}
