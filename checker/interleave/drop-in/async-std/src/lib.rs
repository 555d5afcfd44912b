//! async-std, as exercises see it: the real package, or, in explore mode, with the parts replaced that decide in
//! which order things happen.

pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{__interleave, future, sync, task};

#[cfg(not(feature = "explore"))]
#[doc(hidden)]
pub mod __interleave {
    pub fn block_on(test: impl Future<Output = ()>) {
        real::task::block_on(test);
    }
}
