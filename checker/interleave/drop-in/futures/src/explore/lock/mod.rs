//! `futures::lock`: the real mutex, with a scheduling point around each operation.

mod held;
mod mutex;

pub use mutex::{MappedMutexGuard, Mutex, MutexGuard, MutexLockFuture, OwnedMutexGuard, OwnedMutexLockFuture};
