//! `std::sync::mpsc` under the scheduler.

use ::std::cell::Cell;
use ::std::collections::VecDeque;
use ::std::fmt;
use ::std::marker::PhantomData;
use ::std::panic::Location;
#[doc(no_inline)]
pub use ::std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use ::std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ::std::task::Waker;
use ::std::time::Duration;

use interleave::engine::{Access, Side, scheduler, threads};
use interleave::model::{Object, time};

mod iter;

pub use iter::{IntoIter, Iter, TryIter};

/// See [`::std::sync::mpsc::Sender`].
pub struct Sender<T>(Arc<Channel<T>>);

/// See [`::std::sync::mpsc::SyncSender`].
pub struct SyncSender<T>(Arc<Channel<T>>);

/// See [`::std::sync::mpsc::Receiver`].
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
    not_sync: PhantomData<Cell<T>>,
}

impl<T> ::std::panic::RefUnwindSafe for Receiver<T> {}

struct Channel<T> {
    object: Object,
    /// The capacity; `None` if unbounded.
    bound: Option<usize>,
    state: Mutex<State<T>>,
}

struct State<T> {
    /// The values, each with its number.
    queue: VecDeque<(u64, T)>,
    sent: u64,
    senders: usize,
    is_received: bool,
    /// Whether the receiver is waiting, which `try_send` on a channel without a buffer must know.
    receiver_waits: bool,
    receiver: Option<Waker>,
    /// Senders that wait for capacity, or for their value to be received.
    waiting: Vec<Waker>,
}

/// A channel without a bound, on which sending never waits.
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Channel::new(None, Object::channel());
    (Sender(Arc::clone(&channel)), Receiver { channel, not_sync: PhantomData })
}

/// A channel for `bound` values. With `bound` 0, each send waits until its value is received.
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let channel = Channel::new(Some(bound), Object::channel());
    (SyncSender(Arc::clone(&channel)), Receiver { channel, not_sync: PhantomData })
}

impl<T> Channel<T> {
    fn new(bound: Option<usize>, object: Object) -> Arc<Self> {
        let state = State {
            queue: VecDeque::new(),
            sent: 0,
            senders: 1,
            is_received: true,
            receiver_waits: false,
            receiver: None,
            waiting: Vec::new(),
        };
        Arc::new(Channel { object, bound, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake_receiver(&self) {
        let receiver = self.state().receiver.take();
        receiver.into_iter().for_each(Waker::wake);
    }

    fn wake_senders(&self) {
        let waiting = ::std::mem::take(&mut self.state().waiting);
        waiting.into_iter().for_each(Waker::wake);
    }

    fn add_sender(self: &Arc<Self>) -> Arc<Self> {
        self.state().senders += 1;
        Arc::clone(self)
    }

    fn remove_sender(&self) {
        self.object.point(Access::Write);
        self.object.drops_end(Side::Sender);
        let is_last = {
            let mut state = self.state();
            state.senders -= 1;
            state.senders == 0
        };
        if is_last {
            self.object.signals(Location::caller());
            self.wake_receiver();
        }
    }

    /// Queues `value` if there is capacity. Returns its number, or the value.
    fn put(&self, value: T) -> Result<u64, TrySendError<T>> {
        let mut state = self.state();
        if !state.is_received {
            return Err(TrySendError::Disconnected(value));
        }
        if self.bound.is_some_and(|bound| state.queue.len() >= bound.max(1)) {
            return Err(TrySendError::Full(value));
        }
        state.sent += 1;
        let number = state.sent;
        state.queue.push_back((number, value));
        Ok(number)
    }

    fn send(&self, value: T, place: &'static Location<'static>) -> Result<(), SendError<T>> {
        self.object.point(Access::Write);
        let waker = threads::waker();
        let mut value = Some(value);
        let mut asleep = false;
        let mut result = None;
        threads::wait_until(None, || {
            let waker = waker.clone();
            result = match self.put(value.take().expect("it is not sent yet")) {
                Ok(number) => Some(Ok(number)),
                Err(TrySendError::Disconnected(value)) => Some(Err(SendError(value))),
                Err(TrySendError::Full(full)) => {
                    value = Some(full);
                    self.state().waiting.push(waker);
                    if !::std::mem::replace(&mut asleep, true) {
                        self.object.listens(place);
                    }
                    None
                }
            };
            result.is_some()
        });
        let number = result.expect("it was waited for")?;
        self.object.signals(place);
        self.wake_receiver();
        if self.bound == Some(0) { self.wait_until_taken(number, place) } else { Ok(()) }
    }

    /// On a channel without a buffer: waits until the value is received.
    fn wait_until_taken(&self, number: u64, place: &'static Location<'static>) -> Result<(), SendError<T>> {
        let waker = threads::waker();
        let mut asleep = false;
        let mut returned = None;
        threads::wait_until(None, || {
            let waker = waker.clone();
            let mut state = self.state();
            let Some(at) = state.queue.iter().position(|(other, _)| *other == number) else { return true };
            if !state.is_received {
                returned = state.queue.remove(at);
                return true;
            }
            state.waiting.push(waker);
            drop(state);
            if !::std::mem::replace(&mut asleep, true) {
                self.object.listens(place);
            }
            false
        });
        returned.map_or(Ok(()), |(_, value)| Err(SendError(value)))
    }

    /// Takes a value if there is one.
    fn take(&self) -> Result<T, TryRecvError> {
        let mut state = self.state();
        match state.queue.pop_front() {
            Some((_, value)) => {
                drop(state);
                self.wake_senders();
                Ok(value)
            }
            None if state.senders == 0 => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        }
    }

    fn receive(&self, deadline: Option<Duration>, place: &'static Location<'static>) -> Result<T, RecvTimeoutError> {
        self.object.point(Access::Write);
        let waker = threads::waker();
        let mut asleep = false;
        let mut result = None;
        threads::wait_until(deadline, || {
            let waker = waker.clone();
            result = match self.take() {
                Ok(value) => Some(Ok(value)),
                Err(TryRecvError::Disconnected) => Some(Err(RecvTimeoutError::Disconnected)),
                Err(TryRecvError::Empty) => {
                    let mut state = self.state();
                    (state.receiver, state.receiver_waits) = (Some(waker), true);
                    drop(state);
                    if self.bound == Some(0) {
                        self.wake_senders();
                    }
                    if !::std::mem::replace(&mut asleep, true) {
                        self.object.listens(place);
                    }
                    None
                }
            };
            result.is_some()
        });
        let waker = {
            let mut state = self.state();
            state.receiver_waits = false;
            state.receiver.take()
        };
        drop(waker);
        match result {
            Some(result) => {
                self.object.hears(place);
                result
            }
            None => {
                self.object.gives_up(place);
                Err(RecvTimeoutError::Timeout)
            }
        }
    }
}

impl<T> Sender<T> {
    /// Sends `value` without waiting. Fails if the receiver is gone.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.0.send(value, Location::caller())
    }
}

impl<T> SyncSender<T> {
    /// Sends `value`, and waits while the channel is full. Fails if the receiver is gone.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.0.send(value, Location::caller())
    }

    /// Sends `value` if there is room. If there is not, other threads run first, so that a loop around this call lets
    /// them.
    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let place = Location::caller();
        self.0.object.point(Access::Write);
        let is_expected = {
            let state = self.0.state();
            !state.is_received || (state.receiver_waits && state.queue.is_empty())
        };
        let result = if self.0.bound == Some(0) && !is_expected {
            Err(TrySendError::Full(value))
        } else {
            self.0.put(value).map(drop)
        };
        match &result {
            Ok(()) => {
                self.0.object.signals(place);
                self.0.wake_receiver();
            }
            Err(_) => scheduler::yield_now(),
        }
        result
    }
}

impl<T> Receiver<T> {
    /// Waits for a value. Fails once all senders are gone and all values received.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.channel.receive(None, Location::caller()).map_err(|_| RecvError)
    }

    /// Takes a value if there is one. If there is none, other threads run first, so that a loop around this call lets
    /// them.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.channel.object.point(Access::Write);
        let result = self.channel.take();
        match &result {
            Ok(_) => self.channel.object.hears(Location::caller()),
            Err(_) => scheduler::yield_now(),
        }
        result
    }

    /// As [`Receiver::recv`], for at most `limit` of the virtual clock.
    #[track_caller]
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        self.channel.receive(Some(time::after(limit)), Location::caller())
    }

    /// All values until all senders are gone; waits for each of them.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// The values that are there already; never waits.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter(self)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(self.0.add_sender())
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        SyncSender(self.0.add_sender())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.remove_sender();
    }
}

impl<T> Drop for SyncSender<T> {
    fn drop(&mut self) {
        self.0.remove_sender();
    }
}

impl<T> Drop for Receiver<T> {
    /// Drops the values left in the channel, except those with which a sender still waits.
    fn drop(&mut self) {
        self.channel.object.point(Access::Write);
        self.channel.object.drops_end(Side::Receiver);
        let left = {
            let mut state = self.channel.state();
            state.is_received = false;
            if self.channel.bound == Some(0) { VecDeque::new() } else { ::std::mem::take(&mut state.queue) }
        };
        drop(left);
        self.channel.wake_senders();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for SyncSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
