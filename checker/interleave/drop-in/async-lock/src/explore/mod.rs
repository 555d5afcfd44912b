//! async-lock's locks over the scheduler's model.
//!
//! Not the real ones with scheduling points around them: the real mutex looks at the clock to decide who is
//! next, and the same schedule would not always end the same way. The data stays in a real lock. `Barrier` and
//! `OnceCell` are the real ones; they work under the scheduler as they are.

mod mutex;
mod rwlock;
mod semaphore;

pub use mutex::{Mutex, MutexGuard, MutexGuardArc};
pub use rwlock::{
    RwLock, RwLockReadGuard, RwLockReadGuardArc, RwLockUpgradableReadGuard, RwLockUpgradableReadGuardArc,
    RwLockWriteGuard, RwLockWriteGuardArc,
};
pub use semaphore::{Semaphore, SemaphoreGuard, SemaphoreGuardArc};

/// What a guard that keeps the real one in `data` can do: be read and be printed.
macro_rules! read_guard {
    ([$($generics:tt)*] $guard:ty) => {
        impl<$($generics)*> std::ops::Deref for $guard {
            type Target = T;

            fn deref(&self) -> &T {
                &self.data
            }
        }

        impl<$($generics)*> std::fmt::Debug for $guard
        where
            T: std::fmt::Debug,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                T::fmt(self, f)
            }
        }

        impl<$($generics)*> std::fmt::Display for $guard
        where
            T: std::fmt::Display,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                T::fmt(self, f)
            }
        }
    };
}

/// The same, and be written through.
macro_rules! write_guard {
    ([$($generics:tt)*] $guard:ty) => {
        read_guard!([$($generics)*] $guard);

        impl<$($generics)*> std::ops::DerefMut for $guard {
            fn deref_mut(&mut self) -> &mut T {
                &mut self.data
            }
        }
    };
}
use {read_guard, write_guard};

/// Why the data is always free for who was let in.
const LET_IN: &str = "who was let in by the model finds the data free";
