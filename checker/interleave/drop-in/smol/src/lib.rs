//! smol, as exercises see it: the real package, or, in explore mode, with the parts replaced that decide in
//! which order things happen.

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
