//! `tokio::sync::broadcast` with a scheduling point around each operation.
//!
//! The real channel clones and drops values while it holds locks that the scheduler does not know. Both run code of the
//! program, in which the scheduler may switch threads. So the real channel carries [`Entry`]s: cloning one clones a
//! reference, and a value that no entry refers to any more is dropped after the real operation.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use interleave::engine::{Side, scheduler, threads};
use interleave::looks;
use interleave::model::Object;
use interleave::model::acquire::{listen, listen_free};
use interleave::model::end::RealEnd;
use real::sync::broadcast;
#[doc(no_inline)]
pub use real::sync::broadcast::error;

use super::{End, Tokio};
use crate::explore::runtime::context::assert_may_block;
use error::{RecvError, SendError, TryRecvError};

/// See [`broadcast::Sender`].
pub struct Sender<T> {
    // In this order: values that go with the end are dropped after it.
    end: End<broadcast::Sender<Entry<T>>>,
    unused: Unused<T>,
}

/// See [`broadcast::WeakSender`].
pub struct WeakSender<T> {
    end: End<broadcast::WeakSender<Entry<T>>>,
    unused: Unused<T>,
}

/// See [`broadcast::Receiver`].
pub struct Receiver<T> {
    end: End<broadcast::Receiver<Entry<T>>>,
    unused: Unused<T>,
}

/// A reference to a value of the channel.
struct Entry<T> {
    /// `None` once it has been taken.
    value: Option<Value<T>>,
    bin: Arc<Bin<T>>,
}

type Value<T> = Arc<Mutex<T>>;

/// References that the real channel has dropped.
type Bin<T> = Mutex<Vec<Value<T>>>;

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Entry { value: self.value.clone(), bin: Arc::clone(&self.bin) }
    }
}

impl<T> Drop for Entry<T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            self.bin.lock().unwrap_or_else(PoisonError::into_inner).push(value);
        }
    }
}

impl<T> Entry<T> {
    fn take(mut self) -> Value<T> {
        self.value.take().expect("an entry is taken once")
    }

    /// A clone of the value, one per receiver.
    fn into_copy(self) -> T
    where
        T: Clone,
    {
        let value = self.take();
        loop {
            let locked = match value.try_lock() {
                Ok(locked) => locked,
                Err(TryLockError::Poisoned(error)) => error.into_inner(),
                // Another receiver is cloning the value.
                Err(TryLockError::WouldBlock) => {
                    scheduler::yield_now();
                    continue;
                }
            };
            return locked.clone();
        }
    }
}

/// Empties the bin, also when an end is dropped.
struct Unused<T>(Arc<Bin<T>>);

impl<T> Unused<T> {
    fn share(&self) -> Self {
        Unused(Arc::clone(&self.0))
    }

    fn clear(&self) {
        let values = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        drop(values);
    }
}

impl<T> Drop for Unused<T> {
    fn drop(&mut self) {
        self.clear();
    }
}

impl<T> RealEnd<Tokio> for broadcast::Sender<T> {
    const SIDE: Side = Side::Sender;

    fn is_last(&self) -> bool {
        self.strong_count() == 1
    }
}

impl<T> RealEnd<Tokio> for broadcast::WeakSender<T> {
    const SIDE: Side = Side::Sender;
    const COUNTS: bool = false;

    fn is_last(&self) -> bool {
        false
    }
}

impl<T> RealEnd<Tokio> for broadcast::Receiver<T> {
    const SIDE: Side = Side::Receiver;

    /// Senders may wait for the last receiver to be dropped, and a receiver cannot tell whether it is the last one.
    fn is_last(&self) -> bool {
        true
    }
}

/// # Panics
///
/// If `capacity` is 0, or more than `usize::MAX / 2`.
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = broadcast::channel(capacity);
    let (object, place) = (Arc::new(Object::channel()), Location::caller());
    let unused = Unused(Arc::default());
    let receiver = Receiver { end: End::new(Arc::clone(&object), place, receiver), unused: unused.share() };
    (Sender { end: End::new(object, place, sender), unused }, receiver)
}

impl<T> Sender<T> {
    /// # Panics
    ///
    /// If `capacity` is 0, or more than `usize::MAX / 2`.
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        let end = End::new(Arc::new(Object::channel()), Location::caller(), broadcast::Sender::new(capacity));
        Sender { end, unused: Unused(Arc::default()) }
    }

    /// # Errors
    ///
    /// `value`, if there is no receiver.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        let entry = Entry { value: Some(Arc::new(Mutex::new(value))), bin: Arc::clone(&self.unused.0) };
        let result = self.end.change().send(entry);
        self.unused.clear();
        match result {
            Ok(receivers) => {
                self.end.object().signals(Location::caller());
                Ok(receivers)
            }
            Err(SendError(entry)) => {
                let value = Arc::into_inner(entry.take()).expect("nobody has received it");
                Err(SendError(value.into_inner().unwrap_or_else(PoisonError::into_inner)))
            }
        }
    }

    /// A receiver of the values that are sent from now on.
    #[track_caller]
    pub fn subscribe(&self) -> Receiver<T> {
        let end = self.end.fork(Location::caller(), broadcast::Sender::subscribe);
        Receiver { end, unused: self.unused.share() }
    }

    /// A handle that does not keep the channel open.
    #[must_use = "Downgrade creates a WeakSender without destroying the original non-weak sender."]
    #[track_caller]
    pub fn downgrade(&self) -> WeakSender<T> {
        let end = self.end.fork(Location::caller(), broadcast::Sender::downgrade);
        WeakSender { end, unused: self.unused.share() }
    }

    looks! { end:
        /// How many values are kept for receivers that have not got them yet.
        len -> usize;
        /// Whether every receiver has got every value.
        is_empty -> bool;
        /// How many receivers there are.
        receiver_count -> usize;
    }

    /// Whether both senders belong to the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.end.real().same_channel(other.end.real())
    }

    /// Waits until there is no receiver.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let place = Location::caller();
        async move { listen_free(self.end.object(), place, self.end.real().closed()).await }
    }

    looks! { end:
        /// How many senders there are, without weak ones.
        strong_count -> usize;
        /// How many weak senders there are.
        weak_count -> usize;
    }
}

impl<T> WeakSender<T> {
    /// A sender, if there still is another one.
    #[must_use]
    #[track_caller]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        let end = self.end.try_fork(Location::caller(), broadcast::WeakSender::upgrade)?;
        Some(Sender { end, unused: self.unused.share() })
    }

    looks! { end:
        /// How many senders there are, without weak ones.
        strong_count -> usize;
        /// How many weak senders there are, with this one.
        weak_count -> usize;
    }
}

impl<T> Receiver<T> {
    looks! { end:
        /// How many values this receiver has not got yet, those it has missed included.
        len -> usize;
        /// Whether this receiver has got every value.
        is_empty -> bool;
    }

    /// Whether both receivers belong to the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.end.real().same_channel(other.end.real())
    }

    looks! { end:
        /// How many senders there are, without weak ones.
        sender_strong_count -> usize;
        /// How many weak senders there are.
        sender_weak_count -> usize;
        /// Whether all senders are gone.
        is_closed -> bool;
    }
}

impl<T: Clone> Receiver<T> {
    /// Another receiver, of the values that are sent from now on.
    #[track_caller]
    pub fn resubscribe(&self) -> Self {
        let end = self.end.fork(Location::caller(), broadcast::Receiver::resubscribe);
        Receiver { end, unused: self.unused.share() }
    }

    /// Waits for the next value. Fails if this receiver has missed some, or once all senders are gone.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = Result<T, RecvError>> {
        let place = Location::caller();
        async move {
            let (object, receiver) = self.end.real_mut();
            let result = listen(object, place, receiver.recv()).await;
            self.finish(result)
        }
    }

    /// # Errors
    ///
    /// If there is no value yet, if this receiver has missed values, or if there will be none.
    #[track_caller]
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let result = self.end.try_receive(|real| real.try_recv());
        self.finish(result)
    }

    /// # Errors
    ///
    /// If this receiver has missed values, or if there will be none.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        assert_may_block();
        threads::block_on(self.recv())
    }

    /// The last receiver of a value drops it after cloning it.
    fn finish<E>(&self, result: Result<Entry<T>, E>) -> Result<T, E> {
        let result = result.map(Entry::into_copy);
        self.unused.clear();
        result
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Sender { end: self.end.fork(Location::caller(), Clone::clone), unused: self.unused.share() }
    }
}

impl<T> Clone for WeakSender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        WeakSender { end: self.end.fork(Location::caller(), Clone::clone), unused: self.unused.share() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast::Sender")
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast::WeakSender")
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast::Receiver")
    }
}
