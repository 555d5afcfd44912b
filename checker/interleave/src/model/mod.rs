//! What the drop-ins are made of: locks, wait queues, threads and executors whose order the scheduler decides.
//!
//! The models decide who goes on; the data stays in the real types of the real packages, which are always free by then.

pub mod acquire;
pub mod coop;
mod guards;
mod lock;

pub mod once;
pub mod scope;
mod signal;
pub mod thread;
pub mod thread_local;
pub mod time;

pub use crate::engine::object::{Object, ObjectId};
pub use lock::{Held, Lock};
pub use signal::{Order, Signal, Woken};
pub use trace::Mode;
