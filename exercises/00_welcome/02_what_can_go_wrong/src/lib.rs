//! Seven programs in safe Rust. Each tries to go wrong, and something may stop it.

/// Who stops a program from going wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// It does not compile.
    TheCompiler,
    /// It compiles and runs, and panics before any thread continues with a wrong result.
    APanic,
    /// It compiles, runs and goes wrong without an error.
    Nobody,
    /// Not predicted yet.
    Unsaid,
}

// TODO: predict who stops each program: `StoppedBy::TheCompiler`, `StoppedBy::APanic` or `StoppedBy::Nobody`.

/// Two threads share a `Cell<u32>`, and each calls `cell.set(cell.get() + 1)`, with no lock.
pub const DATA_RACE: StoppedBy = StoppedBy::Unsaid;

/// A thread locks a `std::sync::Mutex` and sends the guard to another thread, which drops it.
pub const FOREIGN_UNLOCK: StoppedBy = StoppedBy::Unsaid;

/// Two threads add one to a `Mutex<u32>` that is 0, and afterwards it is 1. Each of them runs
/// `let seen = *number.lock().unwrap();` and then `*number.lock().unwrap() = seen + 1;`.
pub const LOST_UPDATE: StoppedBy = StoppedBy::Unsaid;

/// One thread locks mutex `a`, then mutex `b`; another locks `b`, then `a`. Both wait forever.
pub const DEADLOCK: StoppedBy = StoppedBy::Unsaid;

/// A thread moves ten coins from one `Mutex<u32>` to another, and locks each only while it changes it. In
/// between, another thread locks first one and then the other, adds them up and finds no coins at all.
pub const TORN_STATE: StoppedBy = StoppedBy::Unsaid;

/// A thread panics halfway through a change, while it holds the guard of a `std::sync::Mutex`. Another thread
/// calls `lock().unwrap()` and continues with half a change.
pub const HALF_DONE: StoppedBy = StoppedBy::Unsaid;

/// Two values in `Arc`s hold an `Arc` of each other. Every other `Arc` of them is dropped, and neither value is.
pub const LEAK: StoppedBy = StoppedBy::Unsaid;
