//! Shared by the tests of the drop-ins for locks and channels.

#![allow(dead_code, unused_macros, reason = "each test uses some of it")]

use std::pin::Pin;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Waker};
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

/// Starts three threads, one after another, that call `enter` with their numbers; calls `let_in` when all of them wait.
pub fn enter_in_order(enter: impl Fn(u32) + Sync, let_in: impl FnOnce()) {
    scope::scope(|scope| {
        for number in 0..3 {
            let enter = &enter;
            scope.spawn(move || {
                sleep_until(number + 1);
                enter(number);
            });
        }
        sleep_until(5);
        let_in();
    });
}

/// Polls `future` once, with a waker that wakes nothing.
pub fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What exploring finds with any mutex, whose blocking `lock` returns the guard.
macro_rules! finds_with_a_mutex {
    ($mutex:ident, $lock:ident) => {
        #[test]
        fn an_update_lost_between_two_guards_is_found() {
            let failure = exploring::explore(|| {
                let count = $mutex::new(0);
                let add = || {
                    let seen = *count.$lock();
                    *count.$lock() = seen + 1;
                };
                exploring::both(add, add);
                assert_eq!(*count.$lock(), 2, "an update was lost");
            });
            assert!(failure.expect_err("both read 0 in some schedule").message.contains("an update was lost"));
        }
    };
}

/// What a lock with upgradable guards promises about its waiting writers.
macro_rules! upgradable_rules {
    ($read:ident, $write:ident, $upgradable_read:ident) => {
        #[test]
        fn a_writer_that_waits_for_an_upgradable_guard_keeps_no_reader_out() {
            super::exploring::explore(|| {
                let lock = RwLock::new(1);
                super::exploring::both(
                    || *lock.$write() = 2,
                    || {
                        let upgradable = lock.$upgradable_read();
                        let plain = lock.$read();
                        assert_eq!(*upgradable, *plain);
                    },
                );
            })
            .expect("the real lock lets the reader in, too");
        }

        #[test]
        fn a_writer_that_waits_only_for_readers_keeps_readers_out() {
            super::exploring::explore(|| {
                let lock = RwLock::new(1);
                let first = lock.$read();
                super::exploring::both(
                    || *lock.$write() = 2,
                    || {
                        super::exploring::sleep_until(1);
                        assert!(lock.try_read().is_none() && lock.try_upgradable_read().is_none());
                        drop(first);
                    },
                );
            })
            .expect("nothing is wrong");
        }
    };
}
