//! Tells the scheduler and the trace about the futures of a real async lock.
//!
//! Real async locks, semaphores and channels are plain futures: they work under the scheduler as they are,
//! with their real queues, and only need a scheduling point around each operation.

use std::panic::Location;
use std::pin::pin;
use std::task::Poll;

use trace::Mode;

use super::object::Object;
use super::session;

/// Waits for `future`, which gets hold of `object`.
pub async fn acquire<F: Future>(
    object: &Object,
    mode: Mode,
    place: &'static Location<'static>,
    future: F,
) -> F::Output {
    let output = wait(object, place, |object| object.waits(mode, place), future).await;
    object.acquires(mode, place);
    output
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
pub fn try_acquire<T>(
    object: &Object,
    mode: Mode,
    place: &'static Location<'static>,
    attempt: impl FnOnce() -> Option<T>,
) -> Option<T> {
    session::point();
    let taken = attempt();
    match taken {
        Some(_) => object.acquires(mode, place),
        None => object.refused(mode, place),
    }
    taken
}

/// Polls a future once; for operations that are futures in form only.
pub fn now_or_never<F: Future>(future: F) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Held beside the real guard of a real async lock. Dropping it, before the real guard, is a scheduling
/// point and a step of the trace.
///
/// `O` is `&Object`, or `Arc<…>` for guards that own their lock.
#[derive(Debug)]
pub struct Guarded<O: AsRef<Object>> {
    object: O,
    mode: Mode,
    place: &'static Location<'static>,
}

impl AsRef<Object> for Object {
    fn as_ref(&self) -> &Object {
        self
    }
}

impl<O: AsRef<Object>> Guarded<O> {
    /// The running task holds `object` from now on.
    pub fn new(object: O, mode: Mode, place: &'static Location<'static>) -> Self {
        Guarded { object, mode, place }
    }

    /// Records that the guard now allows less (or, for an upgrade, more), without having been given back.
    pub fn change(&mut self, mode: Mode, place: &'static Location<'static>) {
        session::point();
        self.object.as_ref().releases(self.mode, place);
        self.object.as_ref().acquires(mode, place);
        self.mode = mode;
    }
}

impl<O: AsRef<Object>> Drop for Guarded<O> {
    fn drop(&mut self) {
        session::point();
        self.object.as_ref().releases(self.mode, self.place);
    }
}
