//! Tools that decide deterministically whether code is correct.

mod high_water;
mod histories;
mod notes;
mod shared;
mod waker;

use std::fmt;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

pub use high_water::{HighWater, Inside};
pub use histories::{Draws, Histories, histories, like_the_model};
pub use notes::Notes;
pub use waker::CountingWaker;

/// How a run of [`cancel_at_every_await`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// The future was dropped at this await point, counted from 1.
    At(usize),
    /// The future ran to completion.
    Never,
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cancelled::At(point) => write!(f, "cancelled at its await no. {point}"),
            Cancelled::Never => f.write_str("run to its end"),
        }
    }
}

/// The limit for a future that never becomes ready and would be polled forever.
const MOST_POLLS: usize = 1_000;

/// Runs a future repeatedly and drops it at a different await point each time: at the first, then at the second, and so
/// on. In the last run the future completes. After each run, `check` inspects the state. Returns the number of await
/// points.
///
/// The futures that `future` awaits must become ready when they are polled again, as [`yield_now`] does. No runtime and
/// no clock are involved, so the outcome is always the same.
///
/// ```
/// use interleave::{Cancelled, cancel_at_every_await};
/// use std::cell::Cell;
///
/// let points = cancel_at_every_await(
///     || Cell::new(0),
///     async |n: &Cell<u32>| {
///         n.set(1);
///         interleave::yield_now().await;
///         n.set(2);
///     },
///     |n, cancelled| match cancelled {
///         Cancelled::At(_) => assert_eq!(n.get(), 1),
///         Cancelled::Never => assert_eq!(n.get(), 2),
///     },
/// );
/// assert_eq!(points, 1);
/// ```
///
/// # Panics
///
/// If the future is not ready after 1,000 polls.
#[track_caller]
pub fn cancel_at_every_await<S>(
    setup: impl Fn() -> S,
    future: impl AsyncFn(&S),
    check: impl Fn(&S, Cancelled),
) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    for point in 1..=MOST_POLLS {
        let state = setup();
        let mut cancelled = Cancelled::At(point);
        {
            let mut future = pin!(future(&state));
            for _ in 0..point {
                if let Poll::Ready(()) = future.as_mut().poll(&mut context) {
                    cancelled = Cancelled::Never;
                    break;
                }
            }
        }
        check(&state, cancelled);
        if cancelled == Cancelled::Never {
            return point - 1;
        }
    }
    panic!("the future is still pending after {MOST_POLLS} polls: it waits for something that polling does not bring")
}

/// Returns `Pending` once, and completes when polled again. Needs no particular runtime, or any at all.
pub async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs the other threads and tasks until each of them is asleep or has ended.
///
/// A thread that polls in a loop instead of sleeping never settles: the schedule ends as a livelock. So does a schedule
/// in which a thread waits with a timeout and retries.
///
/// Only explore mode knows which threads are asleep. In real mode this returns at once, so no assertion there may
/// depend on it.
pub fn settle() {
    #[cfg(feature = "explore")]
    crate::engine::scheduler::settle();
}

/// How many rounds of two threads make it likely that they overlap. Many on real threads, where each round is over long
/// before the next thread has started; one in explore mode, which tries every order of that round.
///
/// An overlap is likely, not certain: with real threads, a test shows only that threads that must not block each other
/// never do. The verdict comes from exploring.
#[must_use]
pub fn rounds() -> u32 {
    if cfg!(feature = "explore") { 1 } else { 50_000 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn each_await_is_cancelled_once_and_the_last_run_completes() {
        let seen = RefCell::new(Vec::new());
        let points = cancel_at_every_await(
            || (),
            async |()| {
                yield_now().await;
                yield_now().await;
            },
            |(), cancelled| seen.borrow_mut().push(cancelled),
        );
        assert_eq!(points, 2);
        assert_eq!(seen.into_inner(), [Cancelled::At(1), Cancelled::At(2), Cancelled::Never]);
    }

    #[test]
    fn code_without_an_await_has_no_cancellation_point() {
        assert_eq!(cancel_at_every_await(|| (), async |()| {}, |(), _| {}), 0);
    }

    #[test]
    #[should_panic(expected = "still pending after 1000 polls")]
    fn a_future_that_never_becomes_ready_is_reported() {
        cancel_at_every_await(|| (), async |()| std::future::pending().await, |(), _| {});
    }
}
