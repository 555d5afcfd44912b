//! Tells the scheduler and the trace about the futures of a real async lock.
//!
//! Real async locks, semaphores and channels are plain futures: they work under the scheduler as they are,
//! with their real queues, and only need a scheduling point around each operation.

use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;

use trace::Mode;

use super::object::Object;
use super::session;

/// Waits for `future`, which gets hold of `object`. The second half of the result is to be kept as long as the
/// first.
pub async fn acquire<F: Future>(
    object: &Arc<Object>,
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
    session::point();
    let mut waiting = Waiting { object, place, asleep: false };
    let output = std::future::poll_fn(|context| {
        let poll = future.as_mut().poll(context);
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
    object: &Arc<Object>,
    mode: Mode,
    place: &'static Location<'static>,
    attempt: impl FnOnce() -> Result<T, E>,
) -> Result<(T, Guarded), E> {
    session::point();
    match attempt() {
        Ok(taken) => Ok((taken, Guarded::new(object, mode, place))),
        Err(error) => {
            object.refused(mode, place);
            Err(error)
        }
    }
}

/// Held beside the real guard of a real async lock. Dropping it, before the real guard, is a scheduling
/// point and a step of the trace.
#[must_use]
#[derive(Debug)]
pub struct Guarded {
    /// `None` once it was forgotten.
    object: Option<Arc<Object>>,
    mode: Mode,
    place: &'static Location<'static>,
}

impl Guarded {
    /// The running task holds `object` from now on.
    pub fn new(object: &Arc<Object>, mode: Mode, place: &'static Location<'static>) -> Self {
        object.acquires(mode, place);
        Guarded { object: Some(Arc::clone(object)), mode, place }
    }

    /// What is held.
    pub fn object(&self) -> Option<&Arc<Object>> {
        self.object.as_ref()
    }

    /// The guard now allows something else, without having been given back in between.
    pub fn change(&mut self, mode: Mode, place: &'static Location<'static>) {
        session::point();
        if let Some(object) = &self.object {
            object.releases(self.mode, place);
            object.acquires(mode, place);
        }
        (self.mode, self.place) = (mode, place);
    }

    /// Ends without a step in the trace: what was held is never given back.
    pub fn forget(mut self) {
        self.object = None;
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(object) = &self.object {
            session::point();
            object.releases(self.mode, self.place);
        }
    }
}
