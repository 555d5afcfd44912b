//! std, as exercises see it in explore mode: `use std::sync::Mutex` refers to the one in this crate.
//!
//! An exercise depends on this crate in explore mode only; otherwise `std` is the standard library.

#![warn(missing_docs)]

#[doc(no_inline)]
pub use ::std::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{cell, hint, panic, prelude, sync, thread, time};

/// The real clock, for measuring how long exploring takes.
#[doc(hidden)]
pub mod __real {
    #[doc(no_inline)]
    pub use ::std::time::Instant;
}
