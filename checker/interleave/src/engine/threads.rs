//! Threads of a schedule: how they start, wait and end.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use trace::{TaskKind, TaskState};

use super::choice::{Access, Reason};
use super::clock::Alarm;
use super::coroutine::{Body, Coroutine};
use super::locals::Locals;
use super::races::Races;
use super::scheduler::{self, Foreign, OUTSIDE, ThreadWaker, block, is_tear_down, local_point, reschedule};
use super::session::{self, Phase, Session, Stop, Thread, ThreadState};
use super::{thread_local, watching};
use crate::panics::{Who, cause_of_failure};

/// The thread that runs the test body, and its entry in `Session::actors`.
pub(crate) const MAIN: usize = 0;

/// The name of a new thread.
#[derive(Debug)]
pub(crate) enum Name {
    /// Given by the code that starts the thread.
    Given(String),
    /// `thread 3`, `task 3`, `blocking 3`, numbered in the order of their start.
    Counted(&'static str),
    /// A worker thread started by the executor, not by the test.
    Worker(String),
}

impl Session {
    /// The name in a trace. All counted names share one sequence.
    pub(crate) fn name(&mut self, name: Name) -> String {
        match name {
            Name::Worker(name) => return name,
            Name::Given(_) | Name::Counted(_) => self.counted_names += 1,
        }
        match name {
            Name::Given(name) => name,
            Name::Counted(kind) => format!("{kind} {}", self.counted_names),
            Name::Worker(_) => unreachable!("returned above"),
        }
    }

    fn add_thread(&mut self, own: usize, body: Body, end: Body) -> usize {
        let id = self.threads.len();
        let foreign = Foreign::of(self);
        let parent = (id > 0).then_some(self.current);
        self.threads.push(Thread {
            name: None,
            own,
            actor: own,
            task: None,
            parent,
            state: ThreadState::Runnable,
            coroutine: Some(Coroutine::new(Box::new(move || enter(id, body, end)))),
            token: false,
            parked: false,
            waker: Waker::from(Arc::new(ThreadWaker { id, epoch: self.epoch, foreign })),
            shielded: false,
            locals: Locals::default(),
            budget: None,
            yields: 0,
            looks_at_clock: 0,
            spurious_wakes: 0,
            panicked: false,
        });
        self.make_runnable(id);
        if let Some(races) = &mut self.races {
            races.start(id, parent);
        }
        if let Some(search) = self.source.search() {
            search.enable(id + 1);
        }
        id
    }
}

/// A thread of the running schedule: its number, and its entry in `Session::actors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Started {
    pub(crate) id: usize,
    pub(crate) actor: usize,
}

/// Starts a thread that runs `body`, which must not unwind except when the kit unwinds it. After `body`, its
/// thread-local values are dropped and `end` is called, even if it was unwound.
///
/// # Panics
///
/// Outside a schedule.
pub(crate) fn start(
    kind: TaskKind,
    name: Name,
    body: impl FnOnce() + 'static,
    end: impl FnOnce() + 'static,
) -> Started {
    session::with(|session| {
        let name = session.name(name);
        let actor = session.add_actor(kind, name);
        Started { id: session.add_thread(actor, Box::new(body), Box::new(end)), actor }
    })
    .expect(OUTSIDE)
}

/// Starts a thread for an actor that already has an entry.
pub(crate) fn start_as(actor: usize, body: impl FnOnce() + 'static) -> Started {
    session::with(|session| Started { id: session.add_thread(actor, Box::new(body), Box::new(|| ())), actor })
        .expect(OUTSIDE)
}

/// Starts the thread of the test body. The schedule starts and ends with it.
pub(crate) fn start_main(body: impl FnOnce() + 'static) {
    let body = move || {
        let result = panic::catch_unwind(AssertUnwindSafe(body));
        session::with(|session| {
            // An ended schedule already has its verdict, so panics during its unwinding are ignored.
            let is_running = session.phase == Phase::Running && session.stop.is_none();
            if is_running && result.is_err_and(|payload| !is_tear_down(&*payload)) {
                session.actors[MAIN].state = TaskState::Panicked;
                session.stop = Some(Stop::Panic(cause_of_failure(&session.panics, Who::Task(MAIN))));
            }
        });
    };
    session::with(|session| {
        let main = session.add_actor(TaskKind::Thread, "main".to_owned());
        session.add_thread(main, Box::new(body), Box::new(|| ()));
        session.next = Some(MAIN);
    });
}

/// Runs a thread from start to end, on its own stack.
fn enter(id: usize, body: Body, end: Body) {
    let is_torn = session::with(|session| session.phase == Phase::TearingDown).unwrap_or(true);
    let body = AssertUnwindSafe(body);
    let life = || if is_torn { drop(body) } else { (body.0)() };
    // A panic here is the kit's own, or comes from a destructor after the test has ended, and is of no interest.
    let _ = panic::catch_unwind(AssertUnwindSafe(life));
    let _ = panic::catch_unwind(thread_local::destroy_all);
    let _ = panic::catch_unwind(AssertUnwindSafe(end));
    session::with(|session| {
        session.retire(id, ThreadState::Ended);
        session.body_ended |= id == MAIN;
        let own = session.threads[id].own;
        let actor = &mut session.actors[own];
        if session.phase == Phase::Running && matches!(actor.state, TaskState::Ready | TaskState::Running) {
            actor.state = TaskState::Ended;
        }
    });
    reschedule(Reason::End);
}

/// The waker of the running thread. Outside a schedule, a waker that does nothing.
pub fn waker() -> Waker {
    session::with(|session| session.thread().waker.clone()).unwrap_or_else(|| Waker::noop().clone())
}

/// The running thread.
pub(crate) fn current() -> Option<Started> {
    session::with(|session| Started { id: session.current, actor: session.threads[session.current].own })
}

/// Polls `future` on the running thread until it is ready; the thread blocks in between.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let woken = Arc::new(Woken { is_set: AtomicBool::new(false), thread: waker() });
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        scheduler::block_until(|| woken.is_set.swap(false, Ordering::Relaxed));
    }
}

/// The waker of a future that a thread blocks on.
///
/// The token of the thread is not enough: if the future is woken during a poll that blocks as well, as for a lock, that
/// wait takes the token.
struct Woken {
    is_set: AtomicBool,
    thread: Waker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_set.store(true, Ordering::Relaxed);
        self.thread.wake_by_ref();
    }
}

/// Blocks the running thread until `ready` returns true, or until `deadline`. Returns whether `ready` came first.
///
/// `ready` is called at the start and whenever the thread is woken.
pub fn wait_until(deadline: Option<Duration>, mut ready: impl FnMut() -> bool) -> bool {
    let alarm = deadline.map(AlarmGuard::set);
    loop {
        if ready() {
            return true;
        }
        if alarm.as_ref().is_some_and(AlarmGuard::has_gone_off) {
            return false;
        }
        block();
    }
}

/// A thread that waits for others to end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndWaiter(usize);

impl EndWaiter {
    /// Makes the thread runnable, because those others have ended.
    pub(crate) fn wake(self) {
        scheduler::enable(self.0);
    }
}

/// Blocks the running thread until `ready` returns true. It waits for the end of other threads, which wake the
/// [`EndWaiter`]; see [`scheduler::block_until_enabled`].
pub(crate) fn wait_for_end(mut ready: impl FnMut(EndWaiter) -> bool) {
    let waiter = EndWaiter(current().map_or(0, |thread| thread.id));
    while !ready(waiter) {
        scheduler::block_until_enabled();
    }
}

/// An alarm for the running thread that is cancelled when this is dropped.
struct AlarmGuard(Alarm);

impl AlarmGuard {
    fn set(at: Duration) -> Self {
        let waker = waker();
        let alarm = session::with(|session| session.clock.set(at, waker));
        AlarmGuard(alarm.expect(OUTSIDE))
    }

    fn has_gone_off(&self) -> bool {
        scheduler::current_time() >= self.0.at()
    }
}

impl Drop for AlarmGuard {
    fn drop(&mut self) {
        let waker = session::with(|session| session.clock.cancel(self.0));
        drop(waker);
    }
}

/// Blocks until the running thread is unparked, or until `deadline`.
pub fn park(deadline: Option<Duration>) {
    local_point();
    session::with(|session| session.touch(scheduler::thread_key(session.current), Access::Write));
    if scheduler::wakes_spuriously() {
        return;
    }
    wait_until(deadline, || session::with(|session| std::mem::take(&mut session.thread().parked)).unwrap_or(true));
    // An unpark that came as the time ran out is consumed as well.
    session::with(|session| session.thread().parked = false);
    watching::with_races(Races::go_on);
}

/// Makes the current or next [`park`] of the thread `id` return.
pub fn unpark(id: usize) {
    local_point();
    session::with(|session| session.threads[id].parked = true);
    scheduler::unblock(id);
}

/// Blocks the running thread for `duration`.
pub fn sleep(duration: Duration) {
    if session::is_active() {
        wait_until(Some(scheduler::current_time() + duration), || false);
    }
}
