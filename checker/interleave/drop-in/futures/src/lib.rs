//! futures, as exercises see it: the real package. In explore mode, its executors block only an explored thread, and
//! each operation of its mutex and its channels is a scheduling point.

#![warn(missing_docs)]

#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{channel, executor, lock};
