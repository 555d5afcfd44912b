//! async-channel, which smol and async-std have their channels from: the real package, or, in explore mode, channels that
//! the scheduler decides about.

#[cfg(not(feature = "explore"))]
#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::*;
