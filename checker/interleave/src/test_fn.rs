//! A test function: what the attribute knows about it, and how it can end.

use std::any::Any;

use trace::FailureKind;

/// How many interleavings are explored by default.
pub const DEFAULT_SCHEDULES: u32 = 1_000;

/// The properties of a test function. The code that `#[interleave::test]` generates constructs it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Test {
    pub name: &'static str,
    pub manifest_dir: &'static str,
    pub schedules: Option<u32>,
    pub steps: Option<usize>,
    pub early_deadlines: bool,
    pub spurious_wakes: bool,
}

/// The payload of a panic.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Ends the calling test with the verdict "deadlock". For runtimes that detect by themselves that no task can continue.
///
/// # Panics
///
/// Always.
#[doc(hidden)]
pub fn deadlock(message: &str) -> ! {
    std::panic::panic_any(Stuck { kind: FailureKind::Deadlock, message: message.to_owned() })
}

/// Ends the calling test with the verdict "livelock". For runtimes that detect by themselves that their tasks run and make
/// no progress.
///
/// # Panics
///
/// Always.
#[doc(hidden)]
pub fn livelock(message: &str) -> ! {
    std::panic::panic_any(Stuck { kind: FailureKind::Livelock, message: message.to_owned() })
}

/// Runs `f` and returns its panic payload if it panics. Panics with which the kit itself ends a test are not caught.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Payload> {
    #[cfg(feature = "explore")]
    return crate::engine::scheduler::catch(f);
    #[cfg(not(feature = "explore"))]
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)) {
        Err(payload) if payload.is::<Stuck>() => std::panic::resume_unwind(payload),
        result => result,
    }
}

/// The payload for a deadlock or livelock that a runtime detected.
#[doc(hidden)]
#[derive(Debug)]
pub struct Stuck {
    pub kind: FailureKind,
    pub message: String,
}

/// The return types that a test may have.
#[doc(hidden)]
pub trait Conclude {
    #[track_caller]
    fn conclude(self);
}

impl Conclude for () {
    fn conclude(self) {}
}

impl Conclude for std::convert::Infallible {
    fn conclude(self) {}
}

impl<T: Conclude, E: std::fmt::Debug> Conclude for Result<T, E> {
    #[track_caller]
    fn conclude(self) {
        match self {
            Ok(value) => value.conclude(),
            Err(error) => panic!("the test returned an error: {error:?}"),
        }
    }
}

/// Fails the test if its return value is an error.
#[doc(hidden)]
#[track_caller]
pub fn conclude(returned: impl Conclude) {
    returned.conclude();
}
