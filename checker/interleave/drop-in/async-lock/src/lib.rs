//! async-lock, which smol and async-std have their locks from: the real package, or, in explore mode, the
//! same locks with a scheduling point around each operation.

pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::*;
