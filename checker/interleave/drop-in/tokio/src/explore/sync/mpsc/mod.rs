//! `tokio::sync::mpsc` with a scheduling point around each operation.

/// What bounded and unbounded senders have in common: they are counted, have weak twins, and can wait for the end of the
/// channel.
macro_rules! sender {
    ($sender:ident, $weak:ident) => {
        impl<T> $sender<T> {
            /// A handle that does not keep the channel open.
            #[must_use = "Downgrade creates a WeakSender without destroying the original non-weak sender."]
            #[track_caller]
            pub fn downgrade(&self) -> $weak<T> {
                $weak(self.0.fork(Location::caller(), mpsc::$sender::downgrade))
            }

            /// Waits until the receiver is closed or gone.
            #[track_caller]
            pub fn closed(&self) -> impl Future<Output = ()> {
                let place = Location::caller();
                async move { listen_free(self.0.object(), place, self.0.real().closed()).await }
            }

            /// Whether both senders belong to the same channel.
            pub fn same_channel(&self, other: &Self) -> bool {
                self.0.real().same_channel(other.0.real())
            }

            looks! { 0:
                /// Whether the receiver is closed or gone.
                is_closed -> bool;
                /// How many senders there are, without weak ones.
                strong_count -> usize;
                /// How many weak senders there are.
                weak_count -> usize;
            }
        }

        impl<T> $weak<T> {
            /// A sender, if there still is another one.
            #[track_caller]
            pub fn upgrade(&self) -> Option<$sender<T>> {
                self.0.try_fork(Location::caller(), mpsc::$weak::upgrade).map($sender)
            }

            looks! { 0:
                /// How many senders there are, without weak ones.
                strong_count -> usize;
                /// How many weak senders there are, with this one.
                weak_count -> usize;
            }
        }

        impl<T> Clone for $sender<T> {
            #[track_caller]
            fn clone(&self) -> Self {
                $sender(self.0.fork(Location::caller(), Clone::clone))
            }
        }

        impl<T> Clone for $weak<T> {
            #[track_caller]
            fn clone(&self) -> Self {
                $weak(self.0.fork(Location::caller(), Clone::clone))
            }
        }

        impl<T> fmt::Debug for $sender<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.real().fmt(f)
            }
        }

        impl<T> fmt::Debug for $weak<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.real().fmt(f)
            }
        }
    };
}

mod bounded;
mod permit;
mod receiver;
mod timeout;
mod unbounded;

use std::panic::Location;
use std::sync::Arc;

use interleave::engine::Side;
use interleave::looks;
use interleave::model::Object;
use interleave::model::end::RealEnd;
use real::sync::mpsc;
#[doc(no_inline)]
pub use real::sync::mpsc::error;

use super::{End, Tokio};

pub use bounded::{Sender, WeakSender};
pub use permit::{OwnedPermit, Permit, PermitIterator};
pub use receiver::{Receiver, UnboundedReceiver};
pub use unbounded::{UnboundedSender, WeakUnboundedSender};

/// # Panics
///
/// If `buffer` is 0, or more than a semaphore can count.
#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel(buffer);
    let (object, place) = (Arc::new(Object::channel()), Location::caller());
    (Sender(End::new(Arc::clone(&object), place, sender)), Receiver::new(End::new(object, place, receiver)))
}

/// A channel without a bound, on which sending never waits. In a trace, both ends are one object.
#[track_caller]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let (object, place) = (Arc::new(Object::channel()), Location::caller());
    let sender = UnboundedSender(End::new(Arc::clone(&object), place, sender));
    (sender, UnboundedReceiver::new(End::new(object, place, receiver)))
}

macro_rules! last_ends {
    (@side Receiver) => { Side::Receiver };
    (@side $sender:ident) => { Side::Sender };
    (@counts Weak) => { false };
    (@counts $end:ident) => { true };
    ($($side:ident $end:ty => $is_last:expr;)*) => {
        $(impl<T> RealEnd<Tokio> for $end {
            const SIDE: Side = last_ends!(@side $side);
            const COUNTS: bool = last_ends!(@counts $side);

            fn is_last(&self) -> bool {
                let is_last: fn(&Self) -> bool = $is_last;
                is_last(self)
            }
        })*
    };
}

last_ends! {
    Sender mpsc::Sender<T> => |sender| sender.strong_count() == 1;
    Sender mpsc::UnboundedSender<T> => |sender| sender.strong_count() == 1;
    Weak mpsc::WeakSender<T> => |_| false;
    Weak mpsc::WeakUnboundedSender<T> => |_| false;
    Receiver mpsc::Receiver<T> => |_| true;
    Receiver mpsc::UnboundedReceiver<T> => |_| true;
}
