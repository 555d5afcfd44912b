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

/// A mutex with the interface of the real one. Its [`RawMutex`] asks the scheduler who is next.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
/// Unlocks a [`Mutex`] when it is dropped, which is a scheduling point.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;
/// A guard to a part of the data in a [`Mutex`].
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;

/// A mutex that is handed to the waiter that has waited longest.
pub type FairMutex<T> = lock_api::Mutex<RawFairMutex, T>;
/// Hands a [`FairMutex`] on when it is dropped.
pub type FairMutexGuard<'a, T> = lock_api::MutexGuard<'a, RawFairMutex, T>;
/// A guard to a part of the data in a [`FairMutex`].
pub type MappedFairMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawFairMutex, T>;

/// A mutex that its owner may lock again. The owner is an explored thread, so tasks on one thread share it.
pub type ReentrantMutex<T> = lock_api::ReentrantMutex<RawMutex, RawThreadId, T>;
/// Unlocks a [`ReentrantMutex`] when the last guard of its thread is dropped.
pub type ReentrantMutexGuard<'a, T> = lock_api::ReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;
/// A guard to a part of the data in a [`ReentrantMutex`].
pub type MappedReentrantMutexGuard<'a, T> = lock_api::MappedReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;

/// A reader-writer lock in which waiting writers keep new readers out.
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;
/// Shared access to a [`RwLock`].
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;
/// Exclusive access to a [`RwLock`].
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;
/// Shared access to a [`RwLock`] that can become exclusive. There is at most one at a time.
pub type RwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLock, T>;
/// Shared access to a part of the data in a [`RwLock`].
pub type MappedRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLock, T>;
/// Exclusive access to a part of the data in a [`RwLock`].
pub type MappedRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLock, T>;

/// A [`RwLock`] in which waiting writers do not keep new readers out, so that a reader may read again.
pub type RecursiveRwLock<T> = lock_api::RwLock<RawRwLockRecursive, T>;
/// Shared access to a [`RecursiveRwLock`].
pub type RecursiveRwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLockRecursive, T>;
/// Exclusive access to a [`RecursiveRwLock`].
pub type RecursiveRwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLockRecursive, T>;
/// Shared access to a [`RecursiveRwLock`] that can become exclusive.
pub type RecursiveRwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLockRecursive, T>;
/// Shared access to a part of the data in a [`RecursiveRwLock`].
pub type MappedRecursiveRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLockRecursive, T>;
/// Exclusive access to a part of the data in a [`RecursiveRwLock`].
pub type MappedRecursiveRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLockRecursive, T>;

/// A condition variable for [`Mutex`]. It never wakes spuriously, and notifies waiters in the order of their arrival.
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
