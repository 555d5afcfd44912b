//! Explore mode: a test runs again and again, each time in another interleaving.
//!
//! [`Exploration`] runs a body; [`scheduler`] decides at each scheduling point which thread runs next; [`threads`] are
//! coroutines; [`clock`] is their virtual time. The models of locks, channels and executors are built on these and
//! never switch threads themselves.

mod choice;
pub mod clock;
mod coroutine;
pub mod ending;
mod exploration;
mod functions;
mod hook;
mod locals;
mod mapping;
mod names;
pub mod object;
mod outward;
mod overflow;
mod progress;
pub mod races;
mod run;
mod schedule;
pub mod scheduler;
mod search;
mod sentinel;
pub(crate) mod session;
mod settings;
mod shard;
mod strategy;
pub mod thread_local;
pub mod threads;
pub mod watching;

pub use crate::origin::is_kit;
pub use choice::{Access, Deadlines, MOST_SPURIOUS_WAKES, Wakes};
pub use exploration::{Exploration, MOST_STEPS};
pub use progress::Listener;
#[doc(hidden)]
pub use search::Reduction;
pub use settings::Finding;
pub use trace::Side;
