//! async-channel, used by smol and async-std: the real package or, in explore mode, channels controlled by the
//! scheduler.

#![warn(missing_docs)]

#[cfg(not(feature = "explore"))]
#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::*;
