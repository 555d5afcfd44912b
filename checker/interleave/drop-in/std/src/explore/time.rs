//! `std::time` on the clock of the schedule.

use ::std::fmt;
use ::std::ops::{Add, AddAssign, Sub, SubAssign};
#[doc(no_inline)]
pub use ::std::time::*;

pub use interleave::model::time::Instant;

/// The start of the schedule's clock: 2020-01-01, so that no test depends on the date.
const START: Duration = Duration::from_secs(1_577_836_800);

/// See [`::std::time::UNIX_EPOCH`].
pub const UNIX_EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

/// The virtual clock's counterpart of [`::std::time::SystemTime`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime(::std::time::SystemTime);

/// See [`::std::time::SystemTimeError`].
#[derive(Clone, Debug)]
pub struct SystemTimeError(::std::time::SystemTimeError);

impl SystemTimeError {
    /// How far the second time is ahead of the first.
    pub fn duration(&self) -> Duration {
        self.0.duration()
    }
}

impl fmt::Display for SystemTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ::std::error::Error for SystemTimeError {}

impl SystemTime {
    /// The start of 1970, fifty years before the clock of each schedule starts.
    pub const UNIX_EPOCH: SystemTime = SystemTime(::std::time::UNIX_EPOCH);

    /// The virtual time. It starts at 2020-01-01 in each schedule, and moves only when the scheduler moves it.
    pub fn now() -> Self {
        SystemTime(::std::time::UNIX_EPOCH + START + interleave::engine::scheduler::now())
    }

    /// The time between `earlier` and this one; an error if `earlier` is later.
    pub fn duration_since(&self, earlier: SystemTime) -> Result<Duration, SystemTimeError> {
        self.0.duration_since(earlier.0).map_err(SystemTimeError)
    }

    /// How much virtual time has passed since this one.
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        SystemTime::now().duration_since(*self)
    }

    /// This time plus `duration`, unless it cannot be represented.
    pub fn checked_add(&self, duration: Duration) -> Option<SystemTime> {
        self.0.checked_add(duration).map(SystemTime)
    }

    /// This time minus `duration`, unless it cannot be represented.
    pub fn checked_sub(&self, duration: Duration) -> Option<SystemTime> {
        self.0.checked_sub(duration).map(SystemTime)
    }
}

impl fmt::Debug for SystemTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Add<Duration> for SystemTime {
    type Output = SystemTime;

    fn add(self, duration: Duration) -> SystemTime {
        SystemTime(self.0 + duration)
    }
}

impl AddAssign<Duration> for SystemTime {
    fn add_assign(&mut self, duration: Duration) {
        self.0 += duration;
    }
}

impl Sub<Duration> for SystemTime {
    type Output = SystemTime;

    fn sub(self, duration: Duration) -> SystemTime {
        SystemTime(self.0 - duration)
    }
}

impl SubAssign<Duration> for SystemTime {
    fn sub_assign(&mut self, duration: Duration) {
        self.0 -= duration;
    }
}
