//! `tokio::sync::mpsc` with a scheduling point around each operation.

mod bounded;
mod permit;
mod receiver;
mod timeout;
mod unbounded;

use std::panic::Location;
use std::sync::Arc;

use interleave::engine::Side;
use interleave::model::Object;
use real::sync::mpsc;
#[doc(no_inline)]
pub use real::sync::mpsc::error;

use super::end::{End, RealEnd};

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
        $(impl<T> RealEnd for $end {
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
