//! `tokio::sync::watch` under the scheduler.
//!
//! Not built on the real channel, which picks one of eight queues at random for each wait: a schedule could not be
//! repeated. This is the same algorithm with one queue, tokio's own [`Notify`].

mod receiver;
mod sender;

use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use interleave::engine::Access;
use interleave::model::acquire::AfterRelease;
use interleave::model::end::look;
use interleave::model::{Held, Lock, Mode, Object};
use real::sync::Notify;
#[doc(no_inline)]
pub use real::sync::watch::error;

pub use receiver::Receiver;
pub use sender::Sender;

/// The channel, shared by its senders and receivers.
struct Shared<T> {
    /// Guards the value: a [`Ref`] locks it for reading, a sender for writing. Both block their thread.
    lock: Lock,
    value: RwLock<T>,
    state: Mutex<State>,
    changed: Notify,
    last_receiver_dropped: Notify,
}

#[derive(Debug)]
struct State {
    /// How often the value has been changed.
    version: u64,
    is_closed: bool,
    senders: usize,
    receivers: usize,
}

/// See [`real::sync::watch::Ref`].
pub struct Ref<'a, T> {
    has_changed: bool,
    // Dropped in this order: others may run while the value is still locked, and wait for `_held`.
    _held: Held<&'a Lock>,
    inner: RwLockReadGuard<'a, T>,
    _after: AfterRelease,
}

/// A channel that keeps its latest value, at first `init`, which the receiver has seen.
#[track_caller]
pub fn channel<T>(init: T) -> (Sender<T>, Receiver<T>) {
    let place = Location::caller();
    let state = State { version: 0, is_closed: false, senders: 1, receivers: 1 };
    let shared = Arc::new(Shared {
        lock: Lock::new("channel"),
        value: RwLock::new(init),
        state: Mutex::new(state),
        changed: Notify::new(),
        last_receiver_dropped: Notify::new(),
    });
    (Sender { shared: Arc::clone(&shared), place }, Receiver { shared, version: 0, place })
}

impl<T> Shared<T> {
    fn object(&self) -> &Object {
        self.lock.object()
    }

    /// The state, as part of an operation that has had its scheduling point.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An operation that only reads.
    #[track_caller]
    fn look<V: fmt::Debug>(&self, f: impl FnOnce(&State) -> V) -> V {
        look(self.object(), || f(&self.state()))
    }

    /// The state, for an operation that changes it.
    fn change(&self) -> MutexGuard<'_, State> {
        self.object().point(Access::Write);
        self.state()
    }

    /// Waits until no sender is changing the value. `seen` is the version that the caller knows, if any.
    fn read(&self, seen: Option<u64>, place: &'static Location<'static>) -> Ref<'_, T> {
        let held = self.lock.acquire(Mode::Read, place);
        let inner = match self.value.try_read() {
            Ok(inner) => inner,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => unreachable!("{FREE}"),
        };
        let has_changed = seen.is_some_and(|seen| seen != self.state().version);
        Ref { has_changed, _held: held, inner, _after: AfterRelease }
    }

    /// The value, for a sender that holds the model's lock.
    fn write(&self) -> RwLockWriteGuard<'_, T> {
        match self.value.try_write() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => unreachable!("{FREE}"),
        }
    }
}

const FREE: &str = "the value is free when the model's lock is held";

impl<T> Ref<'_, T> {
    /// Whether the receiver had not seen this value before.
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").field("inner", &self.inner).field("has_changed", &self.has_changed).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Shared")
            .field("value", &self.value)
            .field("version", &state.version)
            .field("is_closed", &state.is_closed)
            .field("ref_count_rx", &state.receivers)
            .finish()
    }
}
