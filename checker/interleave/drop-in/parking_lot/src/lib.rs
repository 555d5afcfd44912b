//! parking_lot, as exercises see it: the real package, or, in explore mode, locks that the scheduler decides
//! about.

#[cfg(not(feature = "explore"))]
#[doc(no_inline)]
pub use real::*;

/// It finds no cycle in explore mode, where a deadlock ends the schedule.
#[cfg(all(feature = "explore", feature = "deadlock_detection"))]
#[doc(no_inline)]
pub use real::deadlock;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::*;
