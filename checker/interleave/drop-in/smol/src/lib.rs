//! smol for exercises: the real package, in which explore mode replaces the parts that determine the order of events.

#![warn(missing_docs)]

#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{
    __interleave, Executor, LocalExecutor, Task, Timer, block_on, channel, future, io, lock, prelude, spawn, stream,
    unblock,
};

#[cfg(not(feature = "explore"))]
#[doc(hidden)]
pub mod __interleave {
    pub fn block_on(test: impl Future<Output = ()>) {
        real::block_on(test);
    }
}
