//! `std::panic`, with a `catch_unwind` that does not catch the scheduler's own unwinding.

#[doc(no_inline)]
pub use ::std::panic::*;

/// Calls `f`, and returns its panic as an error. When the scheduler ends a schedule, it unwinds through this.
pub fn catch_unwind<R>(f: impl FnOnce() -> R + ::std::panic::UnwindSafe) -> ::std::thread::Result<R> {
    interleave::engine::scheduler::catch(f)
}
