//! `tokio::time::interval`.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use real::time::MissedTickBehavior;

use super::{Instant, Sleep, sleep_until};

/// See [`real::time::Interval`].
#[derive(Debug)]
pub struct Interval {
    delay: Pin<Box<Sleep>>,
    period: Duration,
    missed: MissedTickBehavior,
}

/// See [`real::time::interval`].
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::current(), period)
}

/// See [`real::time::interval_at`].
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(!period.is_zero(), "`period` must be non-zero.");
    Interval { delay: Box::pin(sleep_until(start)), period, missed: MissedTickBehavior::default() }
}

impl Interval {
    /// Waits for the next tick, and returns when it was due. Dropping this future loses no tick.
    pub async fn tick(&mut self) -> Instant {
        std::future::poll_fn(|context| self.poll_tick(context)).await
    }

    /// As [`Interval::tick`], for futures that are polled by hand.
    pub fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        ready!(self.delay.as_mut().poll(context));
        let due = self.delay.deadline();
        let now = Instant::current();
        // The real interval tolerates five milliseconds, the resolution of its timers.
        let next = if now > due + Duration::from_millis(5) {
            self.next_after_a_miss(due, now)
        } else {
            due.checked_add(self.period).unwrap_or_else(Instant::far_future)
        };
        self.delay.as_mut().reset(next);
        Poll::Ready(due)
    }

    fn next_after_a_miss(&self, due: Instant, now: Instant) -> Instant {
        match self.missed {
            MissedTickBehavior::Burst => due + self.period,
            MissedTickBehavior::Delay => now + self.period,
            MissedTickBehavior::Skip => {
                let behind = (now - due).as_nanos() % self.period.as_nanos();
                now + self.period - Duration::from_nanos(u64::try_from(behind).unwrap_or(u64::MAX))
            }
        }
    }

    /// The next tick is due one period from now.
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// The next tick is due now.
    pub fn reset_immediately(&mut self) {
        self.reset_at(Instant::current());
    }

    /// The next tick is due after `after`.
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(Instant::current().checked_add(after).unwrap_or_else(Instant::far_future));
    }

    /// The next tick is due at `deadline`.
    pub fn reset_at(&mut self, deadline: Instant) {
        self.delay.as_mut().reset(deadline);
    }

    /// When ticks are due after one has been missed.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Sets when ticks are due after one has been missed.
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }

    /// The time between two ticks.
    pub fn period(&self) -> Duration {
        self.period
    }
}
