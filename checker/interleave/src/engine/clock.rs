//! The virtual clock of a schedule.
//!
//! Time stands still while any thread can run. When none can, it moves to the next deadline, exactly.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Duration;

/// Time since the schedule began.
pub type Time = Duration;

/// About thirty thousand years. A time limit beyond this means "no limit", and time must not jump there.
const NEVER: Time = Duration::from_secs(1 << 40);

/// A pending deadline. Several may fall on the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    at: Time,
    number: u64,
}

impl Alarm {
    /// The time at which it expires.
    pub fn at(self) -> Time {
        self.at
    }
}

/// The current time and the pending deadlines.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    now: Time,
    alarms: BTreeMap<Alarm, Waker>,
    set: u64,
}

impl Clock {
    pub(crate) fn now(&self) -> Time {
        self.now
    }

    /// Wakes `waker` at the time `at`, or as soon as possible if that has passed. A time beyond [`NEVER`] never comes.
    pub(crate) fn set(&mut self, at: Time, waker: Waker) -> Alarm {
        self.set += 1;
        let alarm = Alarm { at: at.max(self.now), number: self.set };
        if alarm.at < NEVER {
            self.alarms.insert(alarm, waker);
        }
        alarm
    }

    /// Replaces the waker of an alarm that has not expired. Returns the old one, or `None` if the alarm has expired.
    pub(crate) fn update(&mut self, alarm: Alarm, waker: &Waker) -> Option<Waker> {
        let slot = self.alarms.get_mut(&alarm)?;
        Some(std::mem::replace(slot, waker.clone()))
    }

    /// Cancels an alarm. Returns the waker because dropping it may run foreign code.
    pub(crate) fn cancel(&mut self, alarm: Alarm) -> Option<Waker> {
        self.alarms.remove(&alarm)
    }

    /// Whether a deadline is pending.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.alarms.is_empty()
    }

    /// Moves to the next deadline and returns the wakers that are due. Empty if there is no deadline.
    pub(crate) fn advance_to_next(&mut self) -> Vec<Waker> {
        match self.alarms.first_key_value() {
            Some((alarm, _)) => self.advance_to(alarm.at),
            None => Vec::new(),
        }
    }

    /// Moves to `time`, which must not be in the past, and returns the wakers that are due.
    pub(crate) fn advance_to(&mut self, time: Time) -> Vec<Waker> {
        self.now = self.now.max(time);
        let later = self.alarms.split_off(&Alarm { at: self.now, number: u64::MAX });
        std::mem::replace(&mut self.alarms, later).into_values().collect()
    }

    /// The next deadline.
    pub(crate) fn next(&self) -> Option<Time> {
        self.alarms.first_key_value().map(|(alarm, _)| alarm.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn time_moves_to_the_next_deadline_and_no_further() {
        let mut clock = Clock::default();
        clock.set(3 * MS, Waker::noop().clone());
        let taken_back = clock.set(MS, Waker::noop().clone());
        clock.set(2 * MS, Waker::noop().clone());
        clock.set(2 * MS, Waker::noop().clone());
        clock.cancel(taken_back);
        assert_eq!(clock.advance_to_next().len(), 2);
        assert_eq!(clock.now(), 2 * MS);
        assert_eq!(clock.advance_to_next().len(), 1);
        assert_eq!(clock.now(), 3 * MS);
        assert!(clock.advance_to_next().is_empty());
        assert_eq!(clock.now(), 3 * MS, "without a deadline time stands still");
    }

    #[test]
    fn a_deadline_beyond_the_limit_is_never_reached() {
        let mut clock = Clock::default();
        clock.set(Duration::MAX, Waker::noop().clone());
        assert!(clock.advance_to_next().is_empty());
        assert_eq!(clock.now(), Duration::ZERO);
    }

    #[test]
    fn a_deadline_in_the_past_is_due_now() {
        let mut clock = Clock::default();
        clock.set(5 * MS, Waker::noop().clone());
        clock.advance_to_next();
        clock.set(MS, Waker::noop().clone());
        assert_eq!((clock.advance_to_next().len(), clock.now()), (1, 5 * MS));
    }
}
