//! dashmap, as exercises see it: the real package or, in explore mode, maps whose shards are locked by the scheduler.

#![warn(missing_docs)]

#[cfg(not(feature = "explore"))]
#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::*;
