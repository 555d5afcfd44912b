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
    /// `None` for as many messages as there are.
    pub capacity: Option<usize>,
    state: Mutex<State<T>>,
    /// Senders that wait for room.
    pub send_ops: Event,
    /// Receivers that wait in `recv`.
    pub recv_ops: Event,
    /// Receivers that are polled as streams.
    pub stream_ops: Event,
    /// Senders that wait for the end.
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

    /// What the state is now, after a scheduling point.
    pub fn look<R>(&self, look: impl FnOnce(&State<T>) -> R) -> R {
        self.object.point(Access::Read);
        look(&self.state())
    }

    /// Closes the channel. Whether it was open.
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

    /// Puts `message` in if there is room.
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

    /// Puts `message` in, in the place of the oldest one if there is no room.
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

    /// Takes a message out if there is one.
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

    /// The `poll` of a future: makes `attempt`, and listens to `event` until it succeeds.
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
