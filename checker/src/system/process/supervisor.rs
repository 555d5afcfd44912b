//! Decides when a process has had enough time, and asks its threads where they stand before it is killed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{Activity, Group, How, Spec, Standstill, sys};

/// When to check for a standstill first, and how often after that.
const FIRST_LOOK: Duration = Duration::from_millis(400);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Decides how long to wait for events, and when to kill the process.
pub(super) struct Supervisor {
    /// Extended by the time for which the process was paused.
    deadline: Option<Instant>,
    limit: Option<Duration>,
    /// How often the deadline was extended because the machine is busy.
    extensions: u32,
    paused: Duration,
    linger: Duration,
    next_look: Option<Instant>,
    standstill: sys::StandstillDetector,
    /// The process stood still, and its threads were made to look again.
    was_roused: bool,
    pub(super) open_pipes: usize,
    answers: Option<PathBuf>,
    /// Why the process was killed, if it was.
    pub(super) killed: Option<How>,
    pub(super) ended: Option<Instant>,
}

impl Supervisor {
    pub(super) fn new(started: Instant, spec: &Spec<'_>) -> Self {
        Self {
            deadline: spec.limit.map(|limit| started + limit),
            limit: spec.limit,
            extensions: 0,
            paused: spec.stop.paused(),
            linger: spec.rest.patience(),
            next_look: (spec.standstill == Standstill::Ends).then_some(started + FIRST_LOOK),
            standstill: sys::StandstillDetector::default(),
            was_roused: false,
            open_pipes: 0,
            answers: spec.answers.clone(),
            killed: None,
            ended: None,
        }
    }

    /// Kills the process if it is over its limit. Returns how long to wait for an event; `None` if everything is done.
    pub(super) fn look(&mut self, group: &Group<'_>) -> Option<Duration> {
        let now = Instant::now();
        if let Some(at) = self.ended {
            let left = (at + self.linger).saturating_duration_since(now);
            return (self.open_pipes > 0 && !left.is_zero()).then_some(left);
        }
        let paused = group.stop.paused();
        let lost = paused - std::mem::replace(&mut self.paused, paused);
        self.deadline = self.deadline.map(|deadline| deadline + lost);
        if self.killed.is_none() && self.deadline.is_some_and(|deadline| now >= deadline) {
            let activity = sys::activity(group.leader.id());
            let used = sys::processor_time(group.leader.id());
            match self.limit.and_then(|limit| extension(limit, activity, used?, self.extensions)) {
                Some(more) => {
                    self.deadline = Some(now + more);
                    self.extensions += 1;
                }
                None => {
                    self.killed = Some(How::OverLimit(activity));
                    self.ask(group);
                    group.leader.kill();
                }
            }
        }
        if self.killed.is_none() && self.next_look.is_some_and(|look| now >= look) {
            self.next_look = Some(now + LOOK_AGAIN);
            if self.standstill.observe(group.leader.id()) {
                self.stands_still(group);
            }
        }
        let next = self.deadline.into_iter().chain(self.next_look).min().filter(|_| self.killed.is_none());
        Some(next.map_or(Duration::MAX, |next| next.saturating_duration_since(now)))
    }

    /// Kills a process that still stands still after its threads were made to look again.
    fn stands_still(&mut self, group: &Group<'_>) {
        if !std::mem::replace(&mut self.was_roused, true) {
            sys::rouse(group.leader.id());
            return;
        }
        self.killed = Some(How::StoodStill);
        self.ask(group);
        group.leader.kill();
    }

    fn ask(&self, group: &Group<'_>) {
        if let Some(file) = &self.answers {
            sys::ask_threads(group.leader.id(), file);
        }
    }
}

/// How much longer a process may run that has reached its limit: on a busy machine, it may have had no processor for most
/// of the time. `used` is the time that its threads had one.
fn extension(limit: Duration, activity: Activity, used: Duration, extended: u32) -> Option<Duration> {
    const MOST_EXTENSIONS: u32 = 6;
    let was_kept_waiting = activity == Activity::Busy && used < limit / 2;
    (was_kept_waiting && extended < MOST_EXTENSIONS).then_some(limit / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: "still running" about a test that a busy machine has not let run, or a loop that is never ended.
    #[test]
    fn only_a_process_that_had_no_processor_may_run_longer() {
        let seconds = Duration::from_secs;
        let more = |activity, used, extended| extension(seconds(10), activity, seconds(used), extended);
        assert_eq!(more(Activity::Busy, 2, 0), Some(seconds(5)));
        assert_eq!(more(Activity::Busy, 9, 0), None, "it had one for most of the time");
        assert_eq!(more(Activity::Asleep, 0, 0), None, "it waits for something else than a processor");
        assert_eq!(more(Activity::Busy, 2, 6), None, "it may not run for ever");
    }
}
