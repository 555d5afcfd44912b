//! Threads and tasks of a schedule: coroutines that the scheduler switches between.
//!
//! A panic ends its task and is handed to whoever joins it, as on real threads and runtimes. It does not end
//! the schedule, unless it is the test body's.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, Location};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// A handle that can only cancel a task.
pub use shuttle::future::AbortHandle;
use trace::Action;

use super::session::{self, record};

/// What a panicking task leaves for whoever joins it.
pub type Payload = Box<dyn Any + Send>;

/// What a task is called if it has no name of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Thread,
    Task,
}

/// The number of the task that was just spawned. Valid until the next scheduling point.
pub(super) fn spawned(kind: Kind, name: Option<&str>, place: &'static Location<'static>) -> usize {
    let child = session::with(|session| {
        let child = session.task_names.len();
        let kind = match kind {
            Kind::Thread => "thread",
            Kind::Task => "task",
        };
        session.task_names.push(Some(name.map_or_else(|| format!("{kind} {child}"), str::to_owned)));
        child
    })
    .unwrap_or(0);
    record(place, |_| Action::Spawns { child });
    child
}

/// Runs `f` and keeps its panic; records the end of the task.
pub(super) fn caught<T>(f: impl FnOnce() -> T, place: &'static Location<'static>) -> Result<T, Payload> {
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    record_end(&result, place);
    result
}

fn record_end<T>(result: &Result<T, Payload>, place: &'static Location<'static>) {
    match result {
        Ok(_) => record(place, |_| Action::Ends),
        Err(_) => session::record_panic(),
    }
}

/// What is left of a task when it has ended, and who waits for that.
///
/// The engine's own handles are dropped at once: it goes on after the end of the test for as long as somebody holds one
/// of an unfinished task, and a task that is dropped with the test may hold another's.
#[derive(Debug)]
struct Outcome<T> {
    ended: bool,
    result: Option<Result<T, NoResult>>,
    waiting: Option<Waker>,
}

type Shared<T> = Arc<Mutex<Outcome<T>>>;

fn outcome<T>() -> Shared<T> {
    Arc::new(Mutex::new(Outcome { ended: false, result: None, waiting: None }))
}

fn end_with<T>(outcome: &Mutex<Outcome<T>>, result: Result<T, NoResult>) {
    let mut outcome = lock(outcome);
    if !outcome.ended {
        (outcome.ended, outcome.result) = (true, Some(result));
        let waiting = outcome.waiting.take();
        drop(outcome);
        waiting.into_iter().for_each(Waker::wake);
    }
}

fn poll_result<T>(outcome: &Mutex<Outcome<T>>, context: &Context<'_>) -> Poll<Result<T, NoResult>> {
    let mut outcome = lock(outcome);
    match outcome.result.take() {
        Some(result) => Poll::Ready(result),
        None => {
            outcome.waiting = Some(context.waker().clone());
            Poll::Pending
        }
    }
}

/// A thread that can be joined.
#[derive(Debug)]
pub struct Thread<T> {
    thread: shuttle::thread::Thread,
    outcome: Shared<T>,
    id: usize,
}

/// Starts a thread.
pub fn spawn_thread<T: Send + 'static>(
    name: Option<String>,
    place: &'static Location<'static>,
    f: impl FnOnce() -> T + Send + 'static,
) -> Thread<T> {
    let mut builder = shuttle::thread::Builder::new();
    if let Some(name) = &name {
        builder = builder.name(name.clone());
    }
    let outcome = outcome();
    let ends = Arc::clone(&outcome);
    let handle = builder.spawn(move || end_with(&ends, caught(f, place).map_err(NoResult::Panicked)));
    let thread = handle.expect("spawning a coroutine does not fail").thread().clone();
    let id = spawned(Kind::Thread, name.as_deref(), place);
    Thread { thread, outcome, id }
}

impl<T> Thread<T> {
    /// Waits for the thread to end.
    pub fn join(self, place: &'static Location<'static>) -> Result<T, Payload> {
        let other = self.id;
        session::point();
        record(place, |_| Action::Joins { other });
        let result = block_on(std::future::poll_fn(|context| poll_result(&self.outcome, context)));
        record(place, |_| Action::Joined { other });
        result.map_err(|no_result| match no_result {
            NoResult::Panicked(payload) => payload,
            NoResult::Cancelled => Box::new("the test ended before the thread did"),
        })
    }

    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        session::point();
        lock(&self.outcome).ended
    }

    /// The handle that others unpark the thread with.
    pub fn thread(&self) -> &shuttle::thread::Thread {
        &self.thread
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for `future` on the running task.
pub fn block_on<F: Future>(future: F) -> F::Output {
    shuttle::future::block_on(future)
}

/// An async task that can be awaited.
#[derive(Debug)]
pub struct Task<T> {
    abort: AbortHandle,
    outcome: Shared<T>,
    id: usize,
    place: &'static Location<'static>,
    asleep: bool,
}

/// Why a task has no result.
#[derive(Debug)]
pub enum NoResult {
    Cancelled,
    Panicked(Payload),
}

/// Starts a task.
pub fn spawn_task<T: 'static>(place: &'static Location<'static>, future: impl Future<Output = T> + 'static) -> Task<T> {
    let outcome = outcome();
    let future = CatchUnwind { future: Some(Box::pin(future)), outcome: Arc::clone(&outcome), place };
    // `spawn_local` is `spawn` without the bound on `Send`, which the drop-ins ask for where it belongs.
    let abort = shuttle::future::spawn_local(future).abort_handle();
    let id = spawned(Kind::Task, None, place);
    Task { abort, outcome, id, place, asleep: false }
}

/// Keeps the output of a future, its panic, or that it was dropped before either.
struct CatchUnwind<F: Future> {
    /// `None` once it has ended.
    future: Option<Pin<Box<F>>>,
    outcome: Shared<F::Output>,
    place: &'static Location<'static>,
}

impl<F: Future> Future for CatchUnwind<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(future) = &mut self.future else { return Poll::Ready(()) };
        let polled = panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        let result = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(payload) => Err(payload),
        };
        self.future = None;
        record_end(&result, self.place);
        end_with(&self.outcome, result.map_err(NoResult::Panicked));
        Poll::Ready(())
    }
}

impl<F: Future> Drop for CatchUnwind<F> {
    fn drop(&mut self) {
        // The future first: who is told that a task was cancelled may rely on its guards being gone.
        self.future = None;
        end_with(&self.outcome, Err(NoResult::Cancelled));
    }
}

impl<T> Task<T> {
    /// Cancels the task at its next await.
    pub fn abort(&self) {
        self.abort.abort();
    }

    /// Cancels the task from a destructor. Not while unwinding, where no other task may run.
    pub fn abort_in_drop(&self) {
        if session::is_active() && !std::thread::panicking() && !lock(&self.outcome).ended {
            self.abort.abort();
        }
    }

    /// Whether the task has ended or was cancelled.
    pub fn is_finished(&self) -> bool {
        session::point();
        lock(&self.outcome).ended
    }

    /// A handle that can only cancel.
    pub fn abort_handle(&self) -> AbortHandle {
        self.abort.clone()
    }

    /// The id of the task in the trace.
    pub fn id(&self) -> usize {
        self.id
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, NoResult>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (other, place) = (self.id, self.place);
        let poll = poll_result(&self.outcome, context);
        match &poll {
            Poll::Pending if !self.asleep => {
                self.asleep = true;
                record(place, |_| Action::Joins { other });
            }
            Poll::Ready(_) if self.asleep => record(place, |_| Action::Joined { other }),
            _ => {}
        }
        poll
    }
}

/// Sleeps for some time, which in explore mode may pass at any moment: others may run meanwhile or not, and a
/// sleep is nothing to rely on.
pub async fn sleep() {
    session::point();
    crate::yield_now().await;
}

/// Waits for `future`, but not for long. Time may pass at any moment: a future that is not ready after the others
/// had a chance to run has run out of it.
pub async fn timeout<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut asleep = false;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if asleep => Poll::Ready(None),
        Poll::Pending => {
            asleep = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

/// Lets the other tasks run first.
pub async fn yield_now() {
    shuttle::future::yield_now().await;
}

/// Lets the other threads run first.
pub fn yield_thread() {
    shuttle::thread::yield_now();
}

/// Lets the others run until none of them can. See [`crate::settle`].
pub fn settle() {
    while session::is_active() && !std::thread::panicking() {
        yield_thread();
        // The choice that came back to this task was made among those that could run.
        if session::with(|session| session.runnable) == Some(1) {
            return;
        }
    }
}
