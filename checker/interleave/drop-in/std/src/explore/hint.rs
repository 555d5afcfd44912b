//! `std::hint`, with a `spin_loop` that lets others run.

#[doc(no_inline)]
pub use ::std::hint::*;

/// Yields, because a spinning thread waits for another thread.
pub fn spin_loop() {
    interleave::model::thread::yield_now();
}
