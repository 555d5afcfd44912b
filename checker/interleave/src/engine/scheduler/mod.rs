//! Decides at every scheduling point which thread runs next.

use std::panic::{self, AssertUnwindSafe, Location};
use std::task::Waker;

use trace::{CLOCK, Place, Point};

use super::choice::{Access, CLOCK_SLOT, Candidate, Deadlines, FAIR_STEPS, Reason};
use super::coroutine;
use super::races::Races;
use super::search::EVERYTHING;
use super::session::{self, Phase, Recording, Session, Stop, ThreadState};
use super::watching;
use crate::panics::{RecordedPanic, Who};

pub use super::session::lose_track;

mod choices;
mod time;
mod wakers;

pub(crate) use choices::wakes_spuriously;
pub use choices::{ExecutorChoice, choose, choose_executor};
pub use time::{advance, current_time, let_time_pass, now};
pub(crate) use wakers::{Foreign, ThreadWaker, enable, thread_key, unblock};

/// How often each runnable thread must yield before time moves although it could run.
const YIELDS_BEFORE_TIME_MOVES: u32 = 100;

enum Decision {
    Run(usize),
    /// Time has moved; these wakers must be called before the next decision.
    Wake(Vec<Waker>),
    End,
}

/// The panic payload that unwinds the remaining threads when a schedule has ended.
pub(super) struct TornDown;

/// Whether `payload` belongs to the kit's own unwinding. Such a payload must be passed on.
pub(crate) fn is_tear_down(payload: &(dyn std::any::Any + Send)) -> bool {
    payload.is::<TornDown>()
}

/// Runs `f` and returns its panic payload if it panics. The kit's own unwinding is not caught.
pub fn catch<T>(f: impl FnOnce() -> T) -> std::thread::Result<T> {
    match panic::catch_unwind(AssertUnwindSafe(f)) {
        Err(payload) if is_tear_down(&*payload) => panic::resume_unwind(payload),
        result => result,
    }
}

/// How many scheduling points this OS thread has passed. For tests that check that an operation has one.
#[doc(hidden)]
pub fn points_passed() -> usize {
    POINTS.get()
}

thread_local! {
    static POINTS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A scheduling point before an operation that touches shared state: another thread may run here.
///
/// Does nothing while unwinding: `std::thread::panicking` is a property of the OS thread, so the next thread would also
/// appear to be panicking.
#[inline]
pub fn point() {
    reschedule(Reason::Point);
    session::touch(EVERYTHING, Access::Write);
    watching::with_races(Races::touch_everything);
}

/// A scheduling point before an operation that other threads cannot observe. An operation on shared state calls
/// [`point`], or the method of the shared [`Object`](super::super::object::Object).
#[inline]
pub fn local_point() {
    reschedule(Reason::Point);
}

/// A scheduling point at which the running thread yields: it looked for something that is not there yet.
pub fn yield_now() {
    reschedule(Reason::Yield);
}

/// Blocks until the running thread is woken; returns at once if it was since it last blocked. May return spuriously.
pub(crate) fn block() {
    session::with(|session| session.touch(thread_key(session.current), Access::Write));
    block_until_enabled();
}

/// Blocks the running thread until `woken` returns true. It is called at the start and whenever the thread is woken.
pub(crate) fn block_until(mut woken: impl FnMut() -> bool) {
    loop {
        session::with(|session| session.touch(thread_key(session.current), Access::Write));
        if woken() {
            watching::with_races(Races::go_on);
            return;
        }
        block_until_enabled();
    }
}

/// Like [`block`], for a thread that cannot continue before a step that [`session::follow`] names: the moment at which
/// it starts to wait makes no difference to other threads.
pub(crate) fn block_until_enabled() {
    let blocks = session::with(|session| {
        let id = session.current;
        let blocks = !std::mem::take(&mut session.thread().token) || session.phase == Phase::TearingDown;
        if blocks {
            session.thread().looks_at_clock = 0;
            session.retire(id, ThreadState::Blocked);
        }
        blocks
    });
    match blocks {
        Some(true) => reschedule(Reason::Block),
        Some(false) => {}
        None => panic!("{OUTSIDE}"),
    }
    watching::with_races(Races::go_on);
}

/// The message for a call that blocks outside an exploration.
pub(crate) const OUTSIDE: &str = "explore mode: this would block outside of an explored test. Use \
    `#[interleave::test]` instead of `#[test]`, and start threads with the packages that explore mode knows";

pub(crate) fn reschedule(reason: Reason) {
    POINTS.set(POINTS.get().wrapping_add(1));
    let panicking = std::thread::panicking();
    if panicking && reason != Reason::Block && reason != Reason::End {
        return;
    }
    loop {
        let decision = session::with(|session| match session.phase {
            Phase::Running => session.decide(reason),
            Phase::TearingDown => Decision::End,
        });
        match decision {
            // Outside a schedule there is no other thread.
            None => return,
            Some(Decision::Run(id)) => {
                let stays = session::with(|session| {
                    session.next = Some(id);
                    session.current == id && reason != Reason::End
                });
                if stays == Some(true) {
                    return;
                }
                break;
            }
            Some(Decision::Wake(wakers)) => {
                watching::with_races(|races, _| races.is_clock_waking = true);
                wakers.into_iter().for_each(Waker::wake);
                watching::with_races(|races, _| races.is_clock_waking = false);
            }
            Some(Decision::End) => {
                session::with(|session| session.next = None);
                break;
            }
        }
    }
    if reason == Reason::End || !coroutine::is_inside() {
        return;
    }
    let torn = || session::with(|session| session.phase == Phase::TearingDown).unwrap_or(true);
    let was_torn = torn();
    if !was_torn {
        coroutine::suspend();
    }
    if torn() {
        let shielded = session::with(|session| session.thread().shielded).unwrap_or(false);
        if !panicking && !shielded {
            panic::resume_unwind(Box::new(TornDown));
        }
        if was_torn && reason == Reason::Block {
            // A destructor blocks, or code that must not be unwound. The end of another thread may unblock it.
            coroutine::suspend();
        }
    }
}

impl Session {
    fn decide(&mut self, reason: Reason) -> Decision {
        self.heartbeat.beat();
        if self.stop.is_some() || self.body_ended {
            return Decision::End;
        }
        if matches!(reason, Reason::Point | Reason::Yield) && self.thread().state != ThreadState::Runnable {
            // Somebody's waker runs here, called by a thread that sleeps or has ended, because time has moved.
            self.lose_track();
            return Decision::Run(self.current);
        }
        if self.runnable.is_empty() {
            let due = self.clock.advance_to_next();
            if let Some(search) = self.source.search() {
                search.move_time();
            }
            if due.is_empty() {
                if let Some(settled) = self.threads.iter().position(|thread| thread.state == ThreadState::Settling) {
                    self.make_runnable(settled);
                    return Decision::Wake(due);
                }
                self.stop = Some(self.standstill());
                return Decision::End;
            }
            self.threads.iter_mut().for_each(|thread| thread.yields = 0);
            return Decision::Wake(due);
        }
        if reason == Reason::Yield {
            self.thread().yields += 1;
            let asks_in_vain = |id: &usize| self.threads[*id].yields as usize >= self.rules.steps;
            if self.runnable.iter().all(asks_in_vain) {
                self.stop = Some(Stop::Livelock);
                return Decision::End;
            }
            let waits = |id: &usize| self.threads[*id].yields >= YIELDS_BEFORE_TIME_MOVES;
            if self.clock.is_awaited() && self.runnable.iter().all(waits) {
                self.threads.iter_mut().for_each(|thread| thread.yields = 0);
                self.lose_track();
                return Decision::Wake(self.clock.advance_to_next());
            }
        }
        let taken = self.choices.len();
        if taken >= self.rules.steps.saturating_mul(FAIR_STEPS) {
            self.stop = Some(Stop::Livelock);
            return Decision::End;
        }
        let early = self.rules.deadlines == Deadlines::Early && self.clock.is_awaited();
        let fair = taken >= self.rules.steps;
        let Some(id) = self.choose(reason, early, fair) else {
            self.stop = Some(Stop::Redundant);
            return Decision::End;
        };
        let choice = match id {
            CLOCK_SLOT => CLOCK,
            slot => self.threads[slot - 1].actor as u32,
        };
        if self.recording >= Recording::Points {
            let clock = early.then_some(CLOCK);
            let threads = self.runnable.iter().map(|id| self.threads[*id].actor as u32);
            self.points.push(Point { step: self.steps.len(), candidates: clock.into_iter().chain(threads).collect() });
        }
        self.choices.push(choice);
        match id {
            CLOCK_SLOT => Decision::Wake(self.clock.advance_to_next()),
            slot => Decision::Run(slot - 1),
        }
    }

    /// The slot to run next: the clock's or a runnable thread's. `None` if everything that can follow has been seen.
    fn choose(&mut self, reason: Reason, early: bool, fair: bool) -> Option<usize> {
        if let [only] = self.runnable[..]
            && !early
            && !self.source.counts_all()
        {
            self.source.see_only(only + 1, self.threads[only].parent.map(|parent| parent + 1));
            return Some(only + 1);
        }
        let is_a_choice = early || self.runnable.len() > 1;
        self.had_a_choice |= is_a_choice;
        let runs = matches!(reason, Reason::Point | Reason::Yield).then_some(self.current + 1);
        // With only one candidate, any choice is fair.
        if fair && is_a_choice {
            self.lose_track();
            if self.source.search().is_some() {
                return None;
            }
            let after = |id: &&usize| **id > self.current;
            return Some(self.runnable.iter().find(after).unwrap_or(&self.runnable[0]) + 1);
        }
        let threads = &self.threads;
        let clock = early.then_some(Candidate { slot: CLOCK_SLOT, parent: None, choice: CLOCK });
        let runnable = self.runnable.iter().map(|id| Candidate {
            slot: id + 1,
            parent: threads[*id].parent.map(|parent| parent + 1),
            choice: threads[*id].actor as u32,
        });
        self.source.choose(clock.into_iter().chain(runnable), self.choices.len(), runs, reason, self.objects.len())
    }

    /// Why nothing can run.
    fn standstill(&self) -> Stop {
        if self.foreign.load(std::sync::atomic::Ordering::Acquire) {
            return Stop::Unsupported(FOREIGN.to_owned());
        }
        Stop::Deadlock
    }
}

pub(crate) const FOREIGN: &str = "a thread that explore mode does not know woke a task or used a lock of this test; \
    explore mode knows the threads that std, tokio, smol and async-std start";

/// Panics on behalf of the line at `place`, for a future that cannot know its caller.
///
/// # Panics
///
/// Always.
pub fn panic_at(place: &'static Location<'static>, message: &str) -> ! {
    let recorded = session::with(|session| {
        let by = Some(Who::Task(session.actor()));
        let place = Some(Place { file: place.file().to_owned(), line: place.line() });
        session.panics.push(RecordedPanic { by, message: message.to_owned(), place });
    });
    match recorded {
        Some(()) => panic::resume_unwind(Box::new(message.to_owned())),
        None => panic!("{message}"),
    }
}

/// A number that identifies the running schedule within this process; `None` outside a schedule.
pub fn epoch() -> Option<u64> {
    session::with(|session| session.epoch)
}

/// Lets other threads run and time pass until none of them can run and no deadline is pending. See [`crate::settle`].
pub fn settle() {
    let is_running = session::with(|session| {
        let id = session.current;
        session.retire(id, ThreadState::Settling);
    });
    if is_running.is_some() {
        reschedule(Reason::Block);
    }
}
