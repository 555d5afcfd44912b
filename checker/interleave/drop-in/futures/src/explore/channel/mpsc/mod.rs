//! `futures::channel::mpsc` with a scheduling point around each operation.

mod receiver;
mod sender;

use std::panic::Location;
use std::sync::Arc;

use interleave::engine::Side;
use interleave::model::Object;
use interleave::model::end::RealEnd;
use real::channel::mpsc;
#[doc(no_inline)]
pub use real::channel::mpsc::{RecvError, SendError, TryRecvError, TrySendError};

use super::{End, Futures};

pub use receiver::{Receiver, Recv, UnboundedReceiver};
pub use sender::{Sender, UnboundedSender};

/// The real senders do not say whether others are left, so each of them may be the last.
macro_rules! ends {
    ($($end:ident on $side:ident;)*) => {
        $(impl<T> RealEnd<Futures> for mpsc::$end<T> {
            const SIDE: Side = Side::$side;

            fn is_last(&self) -> bool {
                true
            }
        })*
    };
}

ends! {
    Sender on Sender;
    UnboundedSender on Sender;
    Receiver on Receiver;
    UnboundedReceiver on Receiver;
}

/// A channel for `buffer` values, and one more for each sender. In a trace, all ends are one object.
#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    let (object, place) = (Arc::new(Object::channel()), Location::caller());
    let (sender, receiver) = mpsc::channel(buffer);
    let sender = End::new(Arc::clone(&object), place, sender);
    (Sender::new(sender), Receiver::new(End::new(object, place, receiver)))
}

/// A channel for any number of values. In a trace, all ends are one object.
#[track_caller]
pub fn unbounded<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (object, place) = (Arc::new(Object::channel()), Location::caller());
    let (sender, receiver) = mpsc::unbounded();
    let sender = End::new(Arc::clone(&object), place, sender);
    (UnboundedSender(sender), UnboundedReceiver::new(End::new(object, place, receiver)))
}
