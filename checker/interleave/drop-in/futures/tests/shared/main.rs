//! Exploring the mutex and the channels of futures: which bugs it finds, and that it misses no order of their steps.
#![cfg(feature = "explore")]

#[path = "../../../auto_traits.rs"]
#[macro_use]
mod auto_traits;
#[path = "../../../exploring.rs"]
#[macro_use]
mod exploring;
mod channels;
mod lock;

use std::pin::pin;

use auto_traits::{Ask, Otherwise};
use futures::Stream;
use interleave::engine::threads::block_on;

/// The next value, without waiting. `None` if there is none yet or if there will be none.
fn next_now<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    let mut next = pin!(futures::StreamExt::next(stream));
    match exploring::poll_once(&mut next) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => None,
    }
}

#[test]
fn types_have_the_auto_traits_of_the_real_ones() {
    same!(futures like real as it: {
        it::lock::Mutex<T>;
        it::lock::MutexGuard<'static, T>;
        it::lock::MappedMutexGuard<'static, T, u8>;
        it::lock::MappedMutexGuard<'static, u8, T>;
        it::lock::OwnedMutexGuard<T>;
        it::lock::MutexLockFuture<'static, T>;
        it::lock::OwnedMutexLockFuture<T>;
        it::channel::oneshot::Sender<T>;
        it::channel::oneshot::Receiver<T>;
        it::channel::oneshot::Cancellation<'static, T>;
        it::channel::mpsc::Sender<T>;
        it::channel::mpsc::UnboundedSender<T>;
        it::channel::mpsc::Receiver<T>;
        it::channel::mpsc::UnboundedReceiver<T>;
    });
}
