//! `futures::lock`: the real mutex, with a scheduling point around each operation.

mod guards;
mod held;
mod mutex;

pub use guards::{MappedMutexGuard, MutexGuard, OwnedMutexGuard};
pub use mutex::{Mutex, MutexLockFuture, OwnedMutexLockFuture};
