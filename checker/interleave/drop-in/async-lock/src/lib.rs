//! async-lock, which smol and async-std have their locks from: the real package, or, in explore mode, locks that
//! the scheduler decides about.

#[cfg(not(feature = "explore"))]
#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::*;
