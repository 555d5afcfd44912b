//! The clocks of explore mode.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::panic::Location;
use std::task::{Context, Waker};
use std::time::Duration;

use trace::Action;

use crate::engine::clock::Alarm;
use crate::engine::session::record;
use crate::engine::{scheduler, session};

/// The virtual clock's counterpart of [`std::time::Instant`]: exact, and stopped while any thread can run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

/// Large enough that a test may subtract from its first instant.
const START: Duration = Duration::from_secs(1 << 32);

impl Instant {
    /// The current time. A scheduling point, because other threads may let time pass before it.
    pub fn now() -> Self {
        Instant(START + scheduler::now())
    }

    /// The current time, without a scheduling point.
    pub fn current() -> Self {
        Instant(START + scheduler::current_time())
    }

    /// This instant on the clock of the schedule. An instant before the start counts as the start.
    pub fn on_clock(self) -> Duration {
        self.0.saturating_sub(START)
    }

    /// See [`std::time::Instant::duration_since`].
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// See [`std::time::Instant::checked_duration_since`].
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    /// See [`std::time::Instant::saturating_duration_since`].
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }

    /// See [`std::time::Instant::elapsed`].
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// See [`std::time::Instant::checked_add`].
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_add(duration).map(Instant)
    }

    /// See [`std::time::Instant::checked_sub`].
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_sub(duration).map(Instant)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Instant").field(&self.on_clock()).finish()
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    #[track_caller]
    fn add(self, duration: Duration) -> Instant {
        self.checked_add(duration).expect("overflow when adding duration to instant")
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    #[track_caller]
    fn sub(self, duration: Duration) -> Instant {
        self.checked_sub(duration).expect("overflow when subtracting duration from instant")
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl AddAssign<Duration> for Instant {
    #[track_caller]
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl SubAssign<Duration> for Instant {
    #[track_caller]
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

/// The time on the clock after `duration` from now, or the latest possible time if that would overflow.
pub fn after(duration: Duration) -> Duration {
    scheduler::current_time().saturating_add(duration)
}

pub use crate::engine::scheduler::{advance, current_time};

/// Records that the running thread or task sleeps until `deadline`.
pub fn sleeps(deadline: Duration, place: &'static Location<'static>) {
    record(place, |_| Action::Sleeps { until: format!("{deadline:?}") });
}

/// An alarm that wakes a future's task at a deadline.
#[derive(Debug, Default)]
pub struct Timer(Option<Alarm>);

impl Timer {
    /// A timer that is not set.
    pub const fn new() -> Self {
        Timer(None)
    }

    /// Whether `deadline` has come. If not, the task of `context` is woken when it comes.
    pub fn has_come(&mut self, deadline: Duration, context: &Context<'_>) -> bool {
        if scheduler::current_time() >= deadline {
            self.cancel();
            return true;
        }
        let kept = self.0.filter(|alarm| alarm.at() == deadline);
        if kept.is_none() {
            self.cancel();
        }
        let waker = context.waker().clone();
        let old = session::with(|session| {
            if let Some(alarm) = kept
                && let Some(old) = session.clock.update(alarm, &waker)
            {
                return Some(old);
            }
            self.0 = Some(session.clock.set(deadline, waker.clone()));
            None
        });
        drop(old);
        false
    }

    /// Whether it was set and its deadline has come.
    pub fn has_gone_off(&self) -> bool {
        self.0.is_some_and(|alarm| scheduler::current_time() >= alarm.at())
    }

    /// Unsets the timer. Returns the waker if the timer was set and has not fired.
    pub fn take_waker(&mut self) -> Option<Waker> {
        self.0.take().and_then(|alarm| session::with(|session| session.clock.cancel(alarm)).flatten())
    }

    /// Cancels the timer: it wakes no waiter from now on.
    pub fn cancel(&mut self) {
        let waker = self.take_waker();
        drop(waker);
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.cancel();
    }
}
