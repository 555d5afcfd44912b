//! parking_lot's locks over the scheduler's model. `lock_api` makes the whole of their interface out of the few
//! operations that stand here, as it does for the real ones.
//!
//! `Once` and `ReentrantMutex` stay the real ones: they are not explored.

mod condvar;
mod mutex;
mod rwlock;

use std::marker::PhantomData;
use std::panic::Location;

pub use condvar::RawCondvar;
pub use mutex::RawMutex;
use real::lock_api;
pub use rwlock::RawRwLock;

pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;
pub type ArcMutexGuard<T> = lock_api::ArcMutexGuard<RawMutex, T>;

/// The model has no fair and unfair mutex: in some schedule the one or the other comes first.
pub type FairMutex<T> = Mutex<T>;
pub type FairMutexGuard<'a, T> = MutexGuard<'a, T>;
pub type MappedFairMutexGuard<'a, T> = MappedMutexGuard<'a, T>;

pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;
pub type RwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLock, T>;
pub type MappedRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLock, T>;
pub type MappedRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLock, T>;

pub type Condvar = lock_api::Condvar<RawCondvar>;

/// What a guard keeps: where it was taken. Not `Send`, as the guards of the real parking_lot are not.
#[derive(Debug)]
pub struct Taken {
    place: &'static Location<'static>,
    not_send: PhantomData<*const ()>,
}

impl Taken {
    fn at(place: &'static Location<'static>) -> Self {
        Taken { place, not_send: PhantomData }
    }
}

// SAFETY: a `Taken` is a place in the source and nothing else; sharing one is harmless. The real guards are
// `Sync`, too.
#[allow(unsafe_code)]
unsafe impl Sync for Taken {}
