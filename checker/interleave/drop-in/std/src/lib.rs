//! std, as exercises see it in explore mode: `use std::sync::Mutex` means the one below.
//!
//! An exercise depends on this crate in explore mode only; otherwise `std` is the standard library.

pub use ::std::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{sync, thread};
