//! The model of the event-listener package, which async-lock and async-channel use for waiting.

use std::collections::VecDeque;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::Object;
use super::reset_mutex::{ResetGuard, ResetMutex};
use crate::engine::Access;

/// A queue of listeners, which are notified in the order of their arrival.
#[derive(Debug)]
pub struct Event {
    object: Object,
    queue: ResetMutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    next_ticket: u64,
    listeners: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    ticket: u64,
    waker: Option<Arc<Waker>>,
    notified: Option<Count>,
}

/// How a notification counts its listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// Including those that have been notified and have not noticed yet.
    InTotal,
    /// In addition to them.
    Additional,
}

impl Default for Event {
    fn default() -> Self {
        Event::new()
    }
}

impl Event {
    /// Creates an event without listeners.
    pub const fn new() -> Self {
        Event {
            object: Object::of_unknown_origin("event"),
            queue: ResetMutex::new(Queue { next_ticket: 0, listeners: VecDeque::new() }, Queue::default),
        }
    }

    fn queue(&self) -> ResetGuard<'_, Queue> {
        self.object.touch(Access::Write);
        self.queue.lock()
    }

    /// Starts to listen. The future completes when it is notified.
    pub fn listen<'a>(&'a self, object: &'a Object, place: &'static Location<'static>) -> Listen<'a> {
        let mut listener = Listener::new();
        listener.listen(self);
        Listen { event: self, object, place, listener }
    }

    /// Notifies listeners until `n` of them have been notified and have not noticed yet.
    pub fn notify(&self, n: usize) {
        self.notify_more(n, Count::InTotal);
    }

    /// Notifies `n` more listeners.
    pub fn notify_additional(&self, n: usize) {
        self.notify_more(n, Count::Additional);
    }

    fn notify_more(&self, n: usize, count: Count) {
        let mut wakers = Vec::new();
        {
            let mut queue = self.queue();
            let before = queue.listeners.iter().filter(|entry| entry.notified.is_some()).count();
            let more = if count == Count::InTotal { n.saturating_sub(before) } else { n };
            for entry in queue.listeners.iter_mut().filter(|entry| entry.notified.is_none()).take(more) {
                entry.notified = Some(count);
                wakers.extend(entry.waker.take());
            }
        }
        wakers.into_iter().for_each(|waker| waker.wake_by_ref());
    }
}

/// A listener of an [`Event`], or a future one. The owner calls [`cancel`](Self::cancel) when it is dropped.
#[derive(Debug, Default)]
pub struct Listener {
    ticket: Option<u64>,
    /// Whether the trace shows it as waiting.
    is_asleep: bool,
}

impl Listener {
    /// Creates a listener that does not listen yet.
    pub const fn new() -> Self {
        Listener { ticket: None, is_asleep: false }
    }

    /// Whether it listens.
    pub fn is_listening(&self) -> bool {
        self.ticket.is_some()
    }

    /// Starts to listen. No notification is missed from now on.
    pub fn listen(&mut self, event: &Event) {
        let mut queue = event.queue();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.listeners.push_back(Entry { ticket, waker: None, notified: None });
        self.ticket = Some(ticket);
    }

    /// Ready if it was notified; it then stops listening. Otherwise keeps `waker`, and calls `asleep` the first time.
    pub fn poll(&mut self, event: &Event, waker: &Waker, asleep: impl FnOnce()) -> Poll<()> {
        let Some(ticket) = self.ticket else { return Poll::Ready(()) };
        // Cloned and dropped while the queue is not locked: both may run foreign code.
        let waker = Arc::new(waker.clone());
        let mut queue = event.queue();
        let at = queue.listeners.iter().position(|entry| entry.ticket == ticket);
        match at {
            Some(at) if queue.listeners[at].notified.is_none() => {
                let old = queue.listeners[at].waker.replace(waker);
                drop(queue);
                drop(old);
                if !std::mem::replace(&mut self.is_asleep, true) {
                    asleep();
                }
                Poll::Pending
            }
            _ => {
                let left = at.and_then(|at| queue.listeners.remove(at));
                drop(queue);
                drop(left);
                self.ticket = None;
                Poll::Ready(())
            }
        }
    }

    /// Stops listening because its condition holds. A notification that it has not noticed goes to the next listener.
    pub fn finish(&mut self, event: &Event) {
        self.leave(event);
        self.is_asleep = false;
    }

    /// Stops listening. A notification that it has not noticed goes to the next listener.
    pub fn cancel(&mut self, event: &Event, object: &Object, place: &'static Location<'static>) {
        if self.is_listening() {
            object.point(Access::Write);
        }
        self.leave(event);
        if std::mem::take(&mut self.is_asleep) {
            object.gives_up(place);
        }
    }

    fn leave(&mut self, event: &Event) {
        let Some(ticket) = self.ticket.take() else { return };
        let left = {
            let mut queue = event.queue();
            let at = queue.listeners.iter().position(|entry| entry.ticket == ticket);
            at.and_then(|at| queue.listeners.remove(at))
        };
        if let Some(count) = left.and_then(|entry| entry.notified) {
            event.notify_more(1, count);
        }
    }
}

/// A future that listens to an [`Event`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Listen<'a> {
    event: &'a Event,
    object: &'a Object,
    place: &'static Location<'static>,
    listener: Listener,
}

impl Future for Listen<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Listen { event, object, place, listener } = &mut *self;
        object.point(Access::Write);
        let poll = listener.poll(event, context.waker(), || object.listens(place));
        if poll.is_ready() {
            listener.finish(event);
            object.hears(place);
        }
        poll
    }
}

impl Drop for Listen<'_> {
    fn drop(&mut self) {
        self.listener.cancel(self.event, self.object, self.place);
    }
}
