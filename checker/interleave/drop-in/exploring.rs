//! Shared by the tests of the drop-ins for locks and channels.

#![allow(dead_code, reason = "each test uses some of it")]

use std::sync::mpsc::channel;
use std::time::Duration;

use interleave::engine::Exploration;
use interleave::model::time::Instant;
use interleave::model::{scope, thread};
use trace::{Failure, FailureKind};

/// The first failure of `body` under a thousand interleavings.
pub fn explore(body: impl Fn() + Send + Sync + 'static) -> Result<(), Box<Failure>> {
    let manifest_dir = env!("CARGO_MANIFEST_DIR");
    Exploration::new(manifest_dir).run(body).failure.map_or(Ok(()), Err)
}

/// Whether `body` returns true in some interleaving.
pub fn can_be(body: impl Fn() -> bool + Send + Sync + 'static) -> bool {
    explore(move || assert!(!body(), "it can be")).is_err_and(|failure| failure.message.contains("it can be"))
}

/// Runs `first` on a new thread and `second` on this one.
pub fn both(first: impl FnOnce() + Send, second: impl FnOnce()) {
    scope::scope(|scope| {
        scope.spawn(first);
        second();
    });
}

/// A millisecond on the clock of the schedule.
pub const MS: Duration = Duration::from_millis(1);

/// Sleeps until `ms` milliseconds after the start of the schedule. All threads that can run do so first.
pub fn sleep_until(ms: u32) {
    thread::sleep(MS * ms - now());
}

/// The time since the start of the schedule.
pub fn now() -> Duration {
    Instant::current().on_clock()
}

/// Runs `hold` in a schedule on another OS thread and, meanwhile, `ask` in a schedule here, which must fail.
pub fn assert_refused(hold: fn(&dyn Fn()), ask: fn()) {
    let (held, is_held) = channel();
    let (end, ended) = channel::<()>();
    let other = std::thread::spawn(move || {
        let (held, ended) = (std::sync::Mutex::new(held), std::sync::Mutex::new(ended));
        let result = Exploration::new(".").schedules(1).run(move || {
            hold(&|| {
                held.lock().unwrap().send(()).unwrap();
                let _ = ended.lock().unwrap().recv();
            });
        });
        assert!(result.failure.is_none(), "{:?}", result.failure);
    });
    is_held.recv().unwrap();
    let failure = explore(ask).expect_err("there would be two guards");
    drop(end);
    other.join().unwrap();
    assert_eq!(failure.kind, FailureKind::Unsupported, "{}", failure.message);
    assert!(failure.message.contains("shared by two tests"), "{}", failure.message);
}

/// Runs each operation and fails if one passes no scheduling point.
#[macro_export]
macro_rules! assert_each_passes_a_point {
    ($($operation:expr;)*) => {
        $({
            let before = interleave::engine::scheduler::points_passed();
            let _result = $operation;
            let passed = interleave::engine::scheduler::points_passed() - before;
            assert!(passed > 0, "no scheduling point in `{}`", stringify!($operation));
        })*
    };
}

/// Drops each guard and fails unless there is a scheduling point before others see the lock free, and one after.
#[macro_export]
macro_rules! assert_each_release_passes_two_points {
    ($($guard:expr;)*) => {
        $({
            let guard = $guard;
            let before = interleave::engine::scheduler::points_passed();
            drop(guard);
            let passed = interleave::engine::scheduler::points_passed() - before;
            assert!(passed >= 2, "{passed} scheduling points in the release of `{}`", stringify!($guard));
        })*
    };
}
