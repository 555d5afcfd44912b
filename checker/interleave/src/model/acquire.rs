//! Tells the scheduler and the trace about the futures of a real async lock.
//!
//! Real async locks, semaphores and channels are plain futures: they work under the scheduler as they are,
//! with their real queues, and only need a scheduling point around each operation.

use std::panic::Location;
use std::pin::pin;
use std::task::ready;

use trace::Mode;

use super::{Object, ObjectId, coop};
use crate::engine::{Access, scheduler};

/// Waits for `future`, which gets hold of `object`. The second half of the result is to be kept as long as the
/// first.
pub async fn acquire<F: Future>(
    object: &Object,
    mode: Mode,
    place: &'static Location<'static>,
    future: F,
) -> (F::Output, Guarded) {
    let output = wait(object, place, |object| object.waits(mode, place), future).await;
    (output, Guarded::new(object, mode, place))
}

/// Waits for `future`, which ends when somebody signals through `object`.
pub async fn listen<F: Future>(object: &Object, place: &'static Location<'static>, future: F) -> F::Output {
    let output = wait(object, place, |object| object.listens(place), future).await;
    object.hears(place);
    output
}

/// Polls `future` after a scheduling point; calls `asleep` the first time it is not ready.
async fn wait<F: Future>(
    object: &Object,
    place: &'static Location<'static>,
    asleep: impl Fn(&Object),
    future: F,
) -> F::Output {
    let mut future = pin!(future);
    object.point(Access::Write);
    let mut waiting = Waiting { object, place, asleep: false };
    let output = std::future::poll_fn(|context| {
        let budget = ready!(coop::proceed(context));
        let poll = future.as_mut().poll(context);
        budget.spend_if(poll.is_ready());
        if poll.is_pending() && !waiting.asleep {
            waiting.asleep = true;
            asleep(object);
        }
        poll
    })
    .await;
    waiting.asleep = false;
    output
}

/// Records that a future was dropped while it waited.
struct Waiting<'a> {
    object: &'a Object,
    place: &'static Location<'static>,
    asleep: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.asleep {
            self.object.gives_up(self.place);
        }
    }
}

/// Takes `object` if it is free.
///
/// # Errors
///
/// What the attempt says if it fails.
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

/// Held beside the real guard of a real async lock. Dropping it, before the real guard, is a scheduling point and a step
/// of the trace. See [`AfterRelease`] for the point behind it.
#[must_use]
#[derive(Debug)]
pub struct Guarded {
    object: ObjectId,
    mode: Mode,
    place: &'static Location<'static>,
}

impl Guarded {
    /// What runs holds `object` from now on.
    pub fn new(object: &Object, mode: Mode, place: &'static Location<'static>) -> Self {
        let object = object.id(place);
        object.acquires(mode, place);
        Guarded { object, mode, place }
    }

    /// Another share of the same.
    pub fn share(&self) -> Self {
        self.object.acquires(self.mode, self.place);
        Guarded { object: self.object, mode: self.mode, place: self.place }
    }

    /// The guard now allows something else, without having been given back in between.
    pub fn change(&mut self, mode: Mode, place: &'static Location<'static>) {
        scheduler::point();
        self.object.releases(self.mode, place);
        self.object.acquires(mode, place);
        (self.mode, self.place) = (mode, place);
    }

    /// Ends without a step in the trace: what was held is never given back.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        scheduler::point();
        self.object.releases(self.mode, self.place);
    }
}

/// The last field of a guard: dropped after the real guard, it is a scheduling point at which others see the lock free.
#[derive(Debug, Default)]
pub struct AfterRelease;

impl Drop for AfterRelease {
    fn drop(&mut self) {
        scheduler::point();
    }
}
