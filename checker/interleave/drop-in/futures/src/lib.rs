//! futures, as exercises see it: the real package, or, in explore mode, with executors that block only an explored
//! thread. Its futures, streams, channels and locks need no thread, and are the real ones in both modes.

#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::executor;
