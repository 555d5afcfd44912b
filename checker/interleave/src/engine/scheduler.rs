//! Decides at every scheduling point which thread goes on.

use std::panic::{self, AssertUnwindSafe, Location};
use std::task::{Wake, Waker};
use std::time::Duration;

use trace::{CLOCK, Place, Point};

use super::choice::{Access, CLOCK_SLOT, Candidate, Deadlines, FAIR_STEPS, Reason, Wakes};
use super::clock;
use super::coroutine;
use super::search::{EVERYTHING, Key, MOST_OBJECTS};
use super::session::{self, Phase, Recording, Session, Stop, ThreadState};
use crate::panics::{RecordedPanic, Who};

pub use super::session::lose_track;

/// How often each thread that can run has to offer to wait before time moves on, although they could run.
const YIELDS_BEFORE_TIME_MOVES: u32 = 2;

/// How often a thread may look at the clock without waiting for anything before time moves under its eyes.
const LOOKS_BEFORE_TIME_MOVES: u32 = 100;

/// By how much it moves then.
const TICK: Duration = Duration::from_millis(1);

enum Decision {
    Run(usize),
    /// Time has moved; these are to be woken before the next decision.
    Wake(Vec<Waker>),
    End,
}

/// The panic payload that unwinds the threads left when a schedule has ended.
pub(super) struct TornDown;

/// Whether `payload` belongs to the kit's own unwinding. Such a payload must be passed on.
pub(crate) fn is_tear_down(payload: &(dyn std::any::Any + Send)) -> bool {
    payload.is::<TornDown>()
}

/// Runs `f` and returns what it panicked with, if it did. The kit's own unwinding goes on.
pub fn catch<T>(f: impl FnOnce() -> T) -> std::thread::Result<T> {
    match panic::catch_unwind(AssertUnwindSafe(f)) {
        Err(payload) if is_tear_down(&*payload) => panic::resume_unwind(payload),
        result => result,
    }
}

/// How many scheduling points there were on this OS thread. For tests that an operation has one.
#[doc(hidden)]
pub fn points_passed() -> usize {
    POINTS.get()
}

thread_local! {
    static POINTS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A scheduling point before an operation that touches something shared: another thread may run here.
///
/// Not while unwinding: `std::thread::panicking` is a fact of the OS thread, and the next thread would see it.
#[inline]
pub fn point() {
    reschedule(Reason::Point);
    session::touch(EVERYTHING, Access::Write);
}

/// A scheduling point before something that others cannot see. Whoever shares what follows calls [`point`], or that of
/// the [`Object`](super::object::Object) that is shared.
#[inline]
pub fn local_point() {
    reschedule(Reason::Point);
}

/// A scheduling point at which the running thread offers to wait: it looked for something that is not there yet.
pub fn yield_now() {
    reschedule(Reason::Yield);
}

/// Waits until somebody wakes the running thread, or already has since it last waited. May return for no reason.
pub(crate) fn block() {
    session::with(|session| session.touch(thread_key(session.current), Access::Write));
    block_until_enabled();
}

/// The same for whoever cannot go on before a step that [`session::follow`] names: when it begins to wait makes no
/// difference to anybody.
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
}

/// The message for a call that blocks outside an exploration.
pub(crate) const OUTSIDE: &str = "explore mode: this would block outside of an explored test. Use \
    `#[interleave::test]` instead of `#[test]`, and start threads with the packages that explore mode knows";

/// Wakes a thread of the running schedule.
pub(crate) fn unblock(id: usize) {
    // Which thread wakes it first makes no difference, so this is a read.
    session::touch(thread_key(id), Access::Read);
    enable(id);
}

/// The same for a thread that waits in [`block_until_enabled`] for the end of the caller.
pub(crate) fn enable(id: usize) {
    session::with(|session| match session.threads[id].state {
        ThreadState::Blocked => {
            session.make_runnable(id);
            session.threads.iter_mut().for_each(|thread| thread.yields = 0);
            if let Some(search) = session.source.search() {
                search.enable(id + 1);
            }
        }
        ThreadState::Runnable | ThreadState::Settling => session.threads[id].token = true,
        ThreadState::Ended => {}
    });
}

/// The object key that represents a thread's sleep.
pub(crate) fn thread_key(id: usize) -> Key {
    MOST_OBJECTS | id as Key
}

/// The waker that a thread passes to the future it polls; it wakes that thread.
pub(crate) struct ThreadWaker {
    pub(crate) id: usize,
    pub(crate) epoch: u64,
    pub(crate) foreign: Foreign,
}

impl Wake for ThreadWaker {
    fn wake(self: std::sync::Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &std::sync::Arc<Self>) {
        if self.foreign.is_known(self.epoch) {
            unblock(self.id);
        }
    }
}

/// Notices when something of a schedule is used from an OS thread that the scheduler does not know.
#[derive(Clone, Debug)]
pub(crate) struct Foreign {
    os_thread: std::thread::ThreadId,
    seen: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Foreign {
    pub(crate) fn of(session: &Session) -> Self {
        Foreign { os_thread: session.os_thread, seen: std::sync::Arc::clone(&session.foreign) }
    }

    /// Whether the caller belongs to the schedule `epoch`, which is running. Remembers a caller from elsewhere.
    pub(crate) fn is_known(&self, epoch: u64) -> bool {
        if session::with(|session| session.epoch == epoch).unwrap_or(false) {
            return true;
        }
        if std::thread::current().id() != self.os_thread {
            self.seen.store(true, std::sync::atomic::Ordering::Release);
        }
        false
    }
}

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
            Some(Decision::Wake(wakers)) => wakers.into_iter().for_each(Waker::wake),
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
            // A destructor waits, or what must not be unwound. Perhaps the end of another thread brings what it waits for.
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

    /// The slot of who goes on: the clock, or a thread that can run. `None` if all that can follow has been seen.
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
        // One thread alone is as fair as it can be.
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

    /// Why nothing goes on.
    fn standstill(&self) -> Stop {
        if self.foreign.load(std::sync::atomic::Ordering::Acquire) {
            return Stop::Unsupported(FOREIGN.to_owned());
        }
        Stop::Deadlock
    }
}

pub(crate) const FOREIGN: &str = "a thread that explore mode does not know woke a task or used a lock of this test; \
    explore mode knows the threads that std, tokio, smol and async-std start";

/// Panics on behalf of the line at `place`, as a future does that cannot know who polls it.
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

/// One of `alternatives` (at least one), as the scheduler likes: for whatever the real package leaves to chance.
pub fn choose(alternatives: usize) -> usize {
    assert!(alternatives > 0, "there is something to choose from");
    choose_as(trace::branch, alternatives)
}

/// The same, where `named` is how a trace calls the alternatives.
fn choose_as(named: fn(u32) -> u32, alternatives: usize) -> usize {
    if alternatives == 1 {
        return 0;
    }
    session::with(|session| {
        if session.phase == Phase::TearingDown {
            return 0;
        }
        session.had_a_choice = true;
        let choice = session.source.branch(alternatives, session.choices.len());
        if session.recording >= Recording::Points {
            let candidates = (0..alternatives).map(|n| named(n as u32)).collect();
            session.points.push(Point { step: session.steps.len(), candidates });
        }
        session.choices.push(named(choice as u32));
        choice
    })
    .unwrap_or(0)
}

/// The executor of a test's async tasks when the test does not choose one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutorChoice {
    /// All on the thread of the test, as on tokio's runtime of one thread.
    OneWorker,
    /// Each on a thread of its own, so that they interleave as they may on a runtime with as many threads as tasks.
    ThreadEach,
}

/// Which of the two this schedule tries.
pub fn choose_executor() -> ExecutorChoice {
    let choice = session::with(|session| {
        session.chose_executor = true;
        let choice = session.source.executor(session.choices.len());
        if session.recording >= Recording::Points {
            session
                .points
                .push(Point { step: session.steps.len(), candidates: vec![trace::branch(0), trace::branch(1)] });
        }
        session.choices.push(trace::branch(choice as u32));
        choice
    });
    match choice {
        Some(0) => ExecutorChoice::OneWorker,
        _ => ExecutorChoice::ThreadEach,
    }
}

/// The time since the schedule began. Outside of a schedule it stands at zero.
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

/// Moves the clock a little, for whoever looks at it again and again without waiting.
pub fn let_time_pass() {
    lose_track();
    advance(TICK);
}

/// What [`now`] says, without a scheduling point, for whoever only computes a deadline.
pub fn current_time() -> clock::Time {
    session::with(|session| session.clock.now()).unwrap_or_default()
}

/// Moves the clock forward by `duration`, through all deadlines on the way, as a test may ask for.
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

/// Tells the schedules of this process apart; `None` outside of one.
pub fn epoch() -> Option<u64> {
    session::with(|session| session.epoch)
}

/// Whether a wait that is about to begin ends for no reason: never, or as the scheduler likes if the test asks for it.
pub(crate) fn wakes_spuriously() -> bool {
    let asked = session::with(|session| session.rules.wakes == Wakes::Spurious);
    asked == Some(true) && choose_as(trace::spurious, 2) == 1
}

/// Lets the others run, and time pass, until none of them can run and none waits for a deadline. See [`crate::settle`].
pub fn settle() {
    let is_running = session::with(|session| {
        let id = session.current;
        session.retire(id, ThreadState::Settling);
    });
    if is_running.is_some() {
        reschedule(Reason::Block);
    }
}
