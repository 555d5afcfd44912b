//! The types returned when a task is spawned: its handle, its id, and its error.
//!
//! Runtimes spawn tasks, and `task` spawns them on the current runtime; both return these types.

mod error;
mod handle;

pub use error::JoinError;
pub use handle::{AbortHandle, Id, JoinHandle, id, try_id};
