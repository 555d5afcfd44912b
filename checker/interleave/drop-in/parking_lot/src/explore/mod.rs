//! parking_lot's locks, on the scheduler's model. As for the real locks, `lock_api` builds the whole interface from the
//! few operations that are implemented here.
//!
//! `lock_api` aborts the process if a lock panics while the state of a guard is being restored, so these operations do
//! not unwind when the schedule ends; see [`calmly`].

mod condvar;
mod mutex;
mod once;
mod rwlock;

use std::num::NonZeroUsize;
use std::panic::Location;

use interleave::engine::{ending, scheduler};
use interleave::model::thread;
#[cfg(feature = "deadlock_detection")]
#[doc(no_inline)]
pub use real::deadlock;
#[doc(no_inline)]
pub use real::lock_api::{
    self, ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard, ArcRwLockWriteGuard,
    WaitTimeoutResult,
};

pub use condvar::RawCondvar;
pub use mutex::{RawFairMutex, RawMutex};
pub use once::{Once, OnceState};
pub use rwlock::{RawRwLock, RawRwLockRecursive};

pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;

pub type FairMutex<T> = lock_api::Mutex<RawFairMutex, T>;
pub type FairMutexGuard<'a, T> = lock_api::MutexGuard<'a, RawFairMutex, T>;
pub type MappedFairMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawFairMutex, T>;

pub type ReentrantMutex<T> = lock_api::ReentrantMutex<RawMutex, RawThreadId, T>;
pub type ReentrantMutexGuard<'a, T> = lock_api::ReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;
pub type MappedReentrantMutexGuard<'a, T> = lock_api::MappedReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;

pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;
pub type RwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLock, T>;
pub type MappedRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLock, T>;
pub type MappedRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLock, T>;

pub type RecursiveRwLock<T> = lock_api::RwLock<RawRwLockRecursive, T>;
pub type RecursiveRwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLockRecursive, T>;
pub type RecursiveRwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLockRecursive, T>;
pub type RecursiveRwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLockRecursive, T>;
pub type MappedRecursiveRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLockRecursive, T>;
pub type MappedRecursiveRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLockRecursive, T>;

pub type Condvar = lock_api::Condvar<RawCondvar>;

/// The explored thread that owns a [`ReentrantMutex`].
#[derive(Debug)]
pub struct RawThreadId;

#[allow(unsafe_code)]
// SAFETY: the engine never reuses the number of a thread within a schedule.
unsafe impl lock_api::GetThreadId for RawThreadId {
    const INIT: Self = RawThreadId;

    fn nonzero_thread_id(&self) -> NonZeroUsize {
        // `lock_api` reads the owner next, which other threads change.
        scheduler::point();
        thread::current().number()
    }
}

/// The state of a guard: where the lock was acquired. Not `Send`, like the guards of the real parking_lot.
#[allow(missing_debug_implementations, reason = "the guards of the real package have none")]
pub struct Taken {
    place: &'static Location<'static>,
    _not_send: lock_api::GuardNoSend,
}

impl Taken {
    fn at(place: &'static Location<'static>) -> Self {
        Taken { place, _not_send: lock_api::GuardNoSend::new() }
    }

    /// `Taken` at `place`, if the lock `was_taken`.
    fn if_taken(was_taken: bool, place: &'static Location<'static>) -> Option<Self> {
        was_taken.then(|| Taken::at(place))
    }
}

/// Calls `f`, which changes a lock from `place`. If the schedule ends during that, the thread is unwound unless `place`
/// is in `lock_api`: there, the caller is a destructor that restores a guard and must not be unwound.
fn calmly<T>(place: &'static Location<'static>, f: impl FnOnce() -> T) -> T {
    if place.file().contains("lock_api") { ending::without_unwinding(f) } else { f() }
}
