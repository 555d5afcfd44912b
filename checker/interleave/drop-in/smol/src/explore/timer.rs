//! `Timer` on the clock of the schedule.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use interleave::engine::scheduler;
use interleave::model::time::{self, Instant};

use super::stream::Stream;

/// See [`real::Timer`].
#[derive(Debug)]
pub struct Timer {
    /// When it fires next; `None` is never.
    when: Option<Instant>,
    period: Duration,
    alarm: time::Timer,
}

impl Timer {
    /// See [`real::Timer::never`].
    pub fn never() -> Timer {
        Timer { when: None, period: Duration::MAX, alarm: time::Timer::new() }
    }

    /// See [`real::Timer::after`].
    pub fn after(duration: Duration) -> Timer {
        in_time(duration).map_or_else(Timer::never, Timer::at)
    }

    /// See [`real::Timer::at`].
    pub fn at(instant: Instant) -> Timer {
        Timer::interval_at(instant, Duration::MAX)
    }

    /// See [`real::Timer::interval`].
    pub fn interval(period: Duration) -> Timer {
        in_time(period).map_or_else(Timer::never, |at| Timer::interval_at(at, period))
    }

    /// See [`real::Timer::interval_at`].
    pub fn interval_at(start: Instant, period: Duration) -> Timer {
        Timer { when: Some(start), period, ..Timer::never() }
    }

    /// See [`real::Timer::will_fire`].
    pub fn will_fire(&self) -> bool {
        self.when.is_some()
    }

    /// See [`real::Timer::set_after`].
    pub fn set_after(&mut self, duration: Duration) {
        self.set(in_time(duration), self.period);
    }

    /// See [`real::Timer::set_at`].
    pub fn set_at(&mut self, instant: Instant) {
        self.set(Some(instant), self.period);
    }

    /// See [`real::Timer::set_interval`].
    pub fn set_interval(&mut self, period: Duration) {
        let start = in_time(period);
        let period = if start.is_some() { period } else { self.period };
        self.set(start, period);
    }

    /// See [`real::Timer::set_interval_at`].
    pub fn set_interval_at(&mut self, start: Instant, period: Duration) {
        self.set(Some(start), period);
    }

    /// See `Timer::clear` of async-io.
    pub fn clear(&mut self) {
        self.set(None, self.period);
    }

    /// Sets the timer to a new time. The task that polled it last is woken then.
    fn set(&mut self, when: Option<Instant>, period: Duration) {
        scheduler::local_point();
        let waker = self.alarm.take_waker();
        (self.when, self.period) = (when, period);
        if let (Some(when), Some(waker)) = (when, waker)
            && self.alarm.has_come(when.on_clock(), &Context::from_waker(&waker))
        {
            waker.wake();
        }
    }
}

/// The instant after `duration` from now, if the clock goes that far.
fn in_time(duration: Duration) -> Option<Instant> {
    Instant::current().checked_add(duration)
}

impl Future for Timer {
    type Output = Instant;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Instant> {
        self.poll_next(context).map(|fired| fired.expect("a timer is an endless stream"))
    }
}

impl Stream for Timer {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Instant>> {
        scheduler::local_point();
        let Some(when) = self.when else { return Poll::Pending };
        if !self.alarm.has_come(when.on_clock(), context) {
            return Poll::Pending;
        }
        self.when = when.checked_add(self.period);
        if let Some(next) = self.when
            && self.alarm.has_come(next.on_clock(), context)
        {
            context.waker().wake_by_ref();
        }
        Poll::Ready(Some(when))
    }
}
