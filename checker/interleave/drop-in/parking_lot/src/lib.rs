//! parking_lot, as exercises see it: the real package or, in explore mode, locks controlled by the scheduler.

#![warn(missing_docs)]

#[cfg(not(feature = "explore"))]
#[doc(no_inline)]
pub use real::*;

/// Finds no cycle in explore mode, where a deadlock ends the schedule.
#[cfg(all(feature = "explore", feature = "deadlock_detection"))]
#[doc(no_inline)]
pub use real::deadlock;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::*;
