//! async-lock's locks, on the scheduler's models.
//!
//! These are not the real locks with scheduling points around them: the real mutex reads the clock to decide which
//! waiter is next, and all of them would keep, in a `static`, what an earlier schedule left there.

mod barrier;
mod inside;
mod mutex;
mod once_cell;
mod rwlock;
mod semaphore;

pub use barrier::{Barrier, BarrierWaitResult};
pub use mutex::{Mutex, MutexGuard, MutexGuardArc};
pub use once_cell::OnceCell;
pub use rwlock::{
    RwLock, RwLockReadGuard, RwLockReadGuardArc, RwLockUpgradableReadGuard, RwLockUpgradableReadGuardArc,
    RwLockWriteGuard, RwLockWriteGuardArc,
};
pub use semaphore::{Semaphore, SemaphoreGuard, SemaphoreGuardArc};

pub mod futures {
    //! Named futures for use with the locks.

    pub use super::barrier::BarrierWait;
    pub use super::mutex::{Lock, LockArc};
    pub use super::rwlock::futures::{
        Read, ReadArc, UpgradableRead, UpgradableReadArc, Upgrade, UpgradeArc, Write, WriteArc,
    };
    pub use super::semaphore::{Acquire, AcquireArc};
}
