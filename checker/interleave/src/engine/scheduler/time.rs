//! The clock as the program reads and moves it.

use std::time::Duration;

use super::super::choice::Reason;
use super::super::clock;
use super::super::session::{self, lose_track};
use super::{Waker, reschedule};

/// How often a thread may read the clock without waiting for anything before time moves.
const LOOKS_BEFORE_TIME_MOVES: u32 = 100;

/// How far it moves then.
const TICK: Duration = Duration::from_millis(1);

/// The time since the schedule began. Zero outside a schedule.
pub fn now() -> clock::Time {
    reschedule(Reason::Point);
    let (now, due) = session::with(|session| {
        let thread = session.thread();
        thread.looks_at_clock += 1;
        let mut due = Vec::new();
        if thread.looks_at_clock > LOOKS_BEFORE_TIME_MOVES {
            session.lose_track();
            due = session.clock.advance_to(session.clock.now() + TICK);
        }
        (session.clock.now(), due)
    })
    .unwrap_or_default();
    due.into_iter().for_each(Waker::wake);
    now
}

/// Moves the clock a little, for code that reads it repeatedly without waiting.
pub fn let_time_pass() {
    lose_track();
    advance(TICK);
}

/// Like [`now`], without a scheduling point, for code that only computes a deadline.
pub fn current_time() -> clock::Time {
    session::with(|session| session.clock.now()).unwrap_or_default()
}

/// Moves the clock forward by `duration`, through all deadlines on the way, when the test asks for it.
pub fn advance(duration: Duration) {
    let to = current_time() + duration;
    while let Some(due) = session::with(|session| {
        let next = session.clock.next().filter(|next| *next <= to)?;
        Some(session.clock.advance_to(next))
    })
    .flatten()
    {
        due.into_iter().for_each(Waker::wake);
    }
    session::with(|session| {
        session.threads.iter_mut().for_each(|thread| thread.yields = 0);
        session.clock.advance_to(to)
    });
}
