//! What a task that was started gives back: its handle, its id, and why it has no result.
//!
//! Runtimes start tasks and `task` starts them on the current runtime; both return these.

mod error;
mod handle;

pub use error::JoinError;
pub use handle::{AbortHandle, Id, JoinHandle, id, try_id};
