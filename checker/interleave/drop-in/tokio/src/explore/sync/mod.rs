//! `tokio::sync` under the scheduler.
//!
//! The types contain the real ones of tokio, with their queues and their fairness: they need no runtime, only a
//! scheduling point around each operation. `watch` and `Barrier` are built on the real `Notify` instead: the real ones
//! choose among several queues at random, and a schedule must be repeatable.

mod barrier;
mod bounds;
pub mod broadcast;
mod end;
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

use std::fmt::Debug;
use std::panic::Location;
use std::path::Path;

use interleave::engine::{Access, is_kit};
use interleave::model::Object;

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

/// An operation that only reads `object`: a scheduling point, and a step with the value read.
#[track_caller]
fn look<V: Debug>(object: &Object, f: impl FnOnce() -> V) -> V {
    object.point(Access::Read);
    let seen = f();
    object.loads(&seen, Location::caller());
    seen
}

/// The line of the program that polls a future, by hand or with `.await`. If the kit or a dependency polls it, such as
/// a combinator, then `made`, the line that created the future.
#[track_caller]
fn polled_at(made: &'static Location<'static>) -> &'static Location<'static> {
    let caller = Location::caller();
    if is_kit(caller.file()) || Path::new(caller.file()).has_root() { made } else { caller }
}

/// Users cannot close the private semaphore of a lock.
const NEVER_CLOSED: &str = "the semaphore of a lock is never closed";

/// The error of `try_lock`. Its field is private, so a real mutex must create it.
fn refused() -> TryLockError {
    let taken = real::sync::Mutex::const_new(());
    let _guard = taken.try_lock();
    taken.try_lock().expect_err("it is taken")
}
