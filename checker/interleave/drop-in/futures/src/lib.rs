//! futures, as exercises see it: the real package. In explore mode, its executors block only an explored thread. Its
//! futures, streams, channels and locks need no thread, and are the real ones in both modes.

#![warn(missing_docs)]

#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::executor;
