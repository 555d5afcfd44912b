//! Makes the futures of a real async lock visible to the scheduler and the trace.
//!
//! Real async locks, semaphores and channels are plain futures: they work under the scheduler unchanged, with their
//! real queues, and only need a scheduling point around each operation.

use std::panic::Location;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll};

use trace::Mode;

use super::coop::{self, Cost};
use super::{Object, ObjectId};
use crate::engine::{Access, is_kit, scheduler, session};

/// Waits for `future`, which acquires `object`. The caller must keep the second half of the result as long as the
/// first.
pub async fn acquire<F: Future>(
    object: &Object,
    mode: Mode,
    place: &'static Location<'static>,
    future: F,
) -> (F::Output, Guarded) {
    acquire_free(object, mode, place, pay_at_end(future, |_| true)).await
}

/// Like [`acquire`], for a lock that does not count towards the budget of its task.
pub async fn acquire_free<F: Future>(
    object: &Object,
    mode: Mode,
    place: &'static Location<'static>,
    future: F,
) -> (F::Output, Guarded) {
    let output = wait(object, place, Cost::Nothing, |object| object.waits(mode, place), |_| true, future).await;
    (output, Guarded::new(object, mode, place))
}

/// Like [`acquire`], for a future that may fail, such as that of a closed semaphore.
///
/// # Errors
///
/// The error of `future`.
pub async fn acquire_or<T, E>(
    object: &Object,
    mode: Mode,
    place: &'static Location<'static>,
    future: impl Future<Output = Result<T, E>>,
) -> Result<(T, Guarded), E> {
    let future = pay_at_end(future, Result::is_ok);
    let taken = wait(object, place, Cost::Nothing, |object| object.waits(mode, place), Result::is_ok, future).await?;
    Ok((taken, Guarded::new(object, mode, place)))
}

/// Awaits `future`, which queues even if the budget of its task is used up, so that others cannot overtake it. If it
/// succeeds, it costs one operation at its end.
async fn pay_at_end<F: Future>(future: F, succeeds: impl Fn(&F::Output) -> bool) -> F::Output {
    let output = future.await;
    if succeeds(&output) {
        std::future::poll_fn(|context| coop::proceed(context).map(|budget| budget.spend_if(true))).await;
    }
    output
}

/// Waits for `future`, which completes when another thread or task signals through `object`.
pub async fn listen<F: Future>(object: &Object, place: &'static Location<'static>, future: F) -> F::Output {
    listen_at(object, place, Cost::One, future).await
}

/// Like [`listen`], for an operation that does not count towards the budget of its task.
pub async fn listen_free<F: Future>(object: &Object, place: &'static Location<'static>, future: F) -> F::Output {
    listen_at(object, place, Cost::Nothing, future).await
}

async fn listen_at<F: Future>(object: &Object, place: &'static Location<'static>, cost: Cost, future: F) -> F::Output {
    let output = wait(object, place, cost, |object| object.listens(place), |_| true, future).await;
    object.hears(place);
    output
}

/// Polls `future` after a scheduling point; calls `sleeps` the first time it is not ready.
async fn wait<F: Future>(
    object: &Object,
    place: &'static Location<'static>,
    cost: Cost,
    sleeps: impl Fn(&Object),
    succeeds: impl Fn(&F::Output) -> bool,
    future: F,
) -> F::Output {
    let mut future = pin!(future);
    object.point(Access::Write);
    let mut waiting = Waiting { object, place, asleep: false };
    let mut polled = None;
    let output = std::future::poll_fn(|context| {
        if polled.is_some() && polled == session::decisions() {
            // The caller polls in a loop, which must not keep others from providing what it waits for.
            scheduler::yield_now();
        }
        object.touch(Access::Write);
        let poll = coop::pay(cost, context, |context| future.as_mut().poll(context));
        // A task that has used up its budget does not wait for the object.
        if let Some(Poll::Pending) = poll
            && !waiting.asleep
        {
            waiting.asleep = true;
            sleeps(object);
        }
        polled = session::decisions();
        poll.unwrap_or(Poll::Pending)
    })
    .await;
    waiting.asleep &= !succeeds(&output);
    output
}

/// The line of the program that polls a future, by hand or with `.await`. If the kit or a dependency polls it, such as
/// a combinator, then `made`, the line that created the future.
#[track_caller]
pub fn polled_at(made: &'static Location<'static>) -> &'static Location<'static> {
    let caller = Location::caller();
    if is_kit(caller.file()) || Path::new(caller.file()).has_root() { made } else { caller }
}

/// Polls, after a scheduling point, an operation that completes when another thread or task signals through `object`.
/// `asleep` says whether the previous poll returned `Pending`.
pub fn poll_listen<T>(
    object: &Object,
    place: &'static Location<'static>,
    asleep: &mut bool,
    cost: Cost,
    context: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    object.point(Access::Write);
    let Some(poll) = coop::pay(cost, context, poll) else { return Poll::Pending };
    if poll.is_ready() {
        *asleep = false;
        object.hears(place);
    } else if !std::mem::replace(asleep, true) {
        object.listens(place);
    }
    poll
}

/// Detects that a future is dropped while it waits. It then leaves a queue, which others may see.
struct Waiting<'a> {
    object: &'a Object,
    place: &'static Location<'static>,
    asleep: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.asleep {
            self.object.point(Access::Write);
            self.object.gives_up(self.place);
        }
    }
}

/// Acquires `object` if it is free.
///
/// # Errors
///
/// The error of `attempt`.
pub fn try_acquire<T, E>(
    object: &Object,
    mode: Mode,
    place: &'static Location<'static>,
    attempt: impl FnOnce() -> Result<T, E>,
) -> Result<(T, Guarded), E> {
    object.point(Access::Write);
    match attempt() {
        Ok(taken) => Ok((taken, Guarded::new(object, mode, place))),
        Err(error) => {
            object.refused(mode, place);
            scheduler::yield_now();
            Err(error)
        }
    }
}

/// Held beside the real guard of a real async lock. Dropping it, before the real guard, is a scheduling point and a
/// step of the trace. See [`AfterRelease`] for the scheduling point after the release.
#[must_use]
#[derive(Debug)]
pub struct Guarded {
    object: ObjectId,
    mode: Mode,
    place: &'static Location<'static>,
}

impl Guarded {
    /// Records that the running thread or task holds `object` from now on.
    pub fn new(object: &Object, mode: Mode, place: &'static Location<'static>) -> Self {
        let object = object.id(place);
        object.acquires(mode, place);
        Guarded { object, mode, place }
    }

    /// Creates another guard for the same object.
    pub fn share(&self) -> Self {
        self.object.acquires(self.mode, self.place);
        Guarded { object: self.object, mode: self.mode, place: self.place }
    }

    /// Records that the guard now allows another mode, without having been released in between.
    pub fn change(&mut self, mode: Mode, place: &'static Location<'static>) {
        scheduler::local_point();
        self.object.releases(self.mode, place);
        self.object.acquires(mode, place);
        (self.mode, self.place) = (mode, place);
    }

    /// Ends without a step in the trace: `object` is never released.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        scheduler::local_point();
        self.object.releases(self.mode, self.place);
    }
}

/// The last field of a guard. Dropped after the real guard, it is a scheduling point at which others see the lock free.
#[derive(Debug, Default)]
pub struct AfterRelease;

impl Drop for AfterRelease {
    fn drop(&mut self) {
        scheduler::local_point();
    }
}
