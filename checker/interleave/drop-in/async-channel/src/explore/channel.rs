//! The state that both ends of a channel share.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use interleave::engine::Access;
use interleave::model::{Event, Listener, Object};
use real::{TryRecvError, TrySendError};

pub struct Channel<T> {
    pub object: Object,
    /// `None` if unbounded.
    pub capacity: Option<usize>,
    state: Mutex<State<T>>,
    /// Senders that wait for capacity.
    pub send_ops: Event,
    /// Receivers that wait in `recv`.
    pub recv_ops: Event,
    /// Receivers polled as streams.
    pub stream_ops: Event,
    /// Senders that wait until the channel is closed.
    pub closed_ops: Event,
}

pub struct State<T> {
    pub queue: VecDeque<T>,
    pub is_closed: bool,
    pub senders: usize,
    pub receivers: usize,
}

impl<T> Channel<T> {
    #[track_caller]
    pub fn new(capacity: Option<usize>) -> Arc<Self> {
        Arc::new(Channel {
            object: Object::channel(),
            capacity,
            state: Mutex::new(State { queue: VecDeque::new(), is_closed: false, senders: 1, receivers: 1 }),
            send_ops: Event::new(),
            recv_ops: Event::new(),
            stream_ops: Event::new(),
            closed_ops: Event::new(),
        })
    }

    pub fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Inspects the state, after a scheduling point.
    pub fn look<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        self.object.point(Access::Read);
        look(&self.state())
    }

    /// Closes the channel. Returns whether it was open.
    pub fn close(&self, place: &'static Location<'static>) -> bool {
        let was_closed = std::mem::replace(&mut self.state().is_closed, true);
        if !was_closed {
            for event in [&self.send_ops, &self.recv_ops, &self.stream_ops, &self.closed_ops] {
                event.notify(usize::MAX);
            }
            self.object.signals(place);
        }
        !was_closed
    }

    /// Queues `message` if there is capacity.
    pub fn push(&self, message: T, place: &'static Location<'static>) -> Result<(), TrySendError<T>> {
        let mut state = self.state();
        if state.is_closed {
            return Err(TrySendError::Closed(message));
        }
        if Some(state.queue.len()) == self.capacity {
            return Err(TrySendError::Full(message));
        }
        state.queue.push_back(message);
        drop(state);
        self.pushed(place);
        Ok(())
    }

    /// Queues `message`. If the channel is full, it replaces the oldest message, which is returned.
    pub fn force_push(&self, message: T, place: &'static Location<'static>) -> Result<Option<T>, T> {
        let mut state = self.state();
        if state.is_closed {
            return Err(message);
        }
        let is_full = Some(state.queue.len()) == self.capacity;
        let oldest = if is_full { state.queue.pop_front() } else { None };
        state.queue.push_back(message);
        drop(state);
        self.pushed(place);
        Ok(oldest)
    }

    fn pushed(&self, place: &'static Location<'static>) {
        self.recv_ops.notify_additional(1);
        self.stream_ops.notify(usize::MAX);
        self.object.signals(place);
    }

    /// Takes a message if there is one.
    pub fn pop(&self, place: &'static Location<'static>) -> Result<T, TryRecvError> {
        let mut state = self.state();
        match state.queue.pop_front() {
            Some(message) => {
                drop(state);
                self.send_ops.notify_additional(1);
                self.object.hears(place);
                Ok(message)
            }
            None if state.is_closed => Err(TryRecvError::Closed),
            None => Err(TryRecvError::Empty),
        }
    }

    /// The `poll` of a future: calls `attempt`, and listens to `event` until it succeeds.
    pub fn poll<R>(
        &self,
        event: &Event,
        listener: &mut Listener,
        context: &Context<'_>,
        place: &'static Location<'static>,
        mut attempt: impl FnMut() -> Option<R>,
    ) -> Poll<R> {
        self.object.point(Access::Write);
        loop {
            if let Some(result) = attempt() {
                listener.finish(event);
                return Poll::Ready(result);
            }
            if !listener.is_listening() {
                listener.listen(event);
            }
            if listener.poll(event, context.waker(), || self.object.listens(place)).is_pending() {
                return Poll::Pending;
            }
        }
    }
}
