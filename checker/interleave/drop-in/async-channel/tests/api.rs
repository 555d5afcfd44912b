//! The parts of async-channel that exercises use behave the same in both modes.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_channel::{Receiver, RecvError, SendError, Sender, TryRecvError, TrySendError, bounded, unbounded};
use futures::executor::block_on;
use futures::future::FutureExt;
use futures::stream::StreamExt;
use interleave::CountingWaker;

#[interleave::test]
fn bounded_channels() {
    let (sender, receiver): (Sender<u32>, Receiver<u32>) = bounded(1);
    assert_eq!((sender.capacity(), receiver.is_empty()), (Some(1), true));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(sender.send_blocking(1), Ok(()));
    assert_eq!((sender.is_full(), sender.len()), (true, 1));
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    assert_eq!(sender.force_send(3), Ok(Some(1)));
    assert!(sender.send(4).now_or_never().is_none());
    assert_eq!(receiver.recv_blocking(), Ok(3));
    assert!(receiver.recv().now_or_never().is_none());
    assert!(receiver.close() && !sender.close());
    assert_eq!(sender.try_send(5), Err(TrySendError::Closed(5)));
    assert_eq!(sender.send_blocking(6), Err(SendError(6)));
    assert_eq!(sender.force_send(7), Err(SendError(7)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(receiver.recv_blocking(), Err(RecvError));
    assert!(sender.closed().now_or_never().is_some());
}

#[interleave::test]
fn ends_are_counted() {
    let (sender, receiver) = unbounded::<u32>();
    assert_eq!(sender.capacity(), None);
    let second = sender.clone();
    assert_eq!((sender.sender_count(), sender.receiver_count()), (2, 1));
    assert!(sender.same_channel(&second));
    drop(second);
    let (weak_sender, weak_receiver) = (sender.downgrade(), receiver.downgrade());
    assert_eq!(weak_sender.upgrade().map(|sender| sender.sender_count()), Some(2));
    assert_eq!(weak_receiver.upgrade().map(|receiver| receiver.receiver_count()), Some(2));
    sender.try_send(1).unwrap();
    drop(sender);
    assert!(receiver.is_closed() && weak_sender.upgrade().is_none() && weak_receiver.upgrade().is_none());
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Err(TryRecvError::Closed)));
}

#[interleave::test]
fn a_receiver_is_a_stream() {
    let (sender, receiver) = unbounded();
    for number in 0..3 {
        sender.try_send(number).unwrap();
    }
    let mut receiver = pin!(receiver);
    assert_eq!(block_on(receiver.next()), Some(0));
    drop(sender);
    assert_eq!(block_on(receiver.collect::<Vec<i32>>()), [1, 2]);
}

#[interleave::test]
fn remaining_messages_are_dropped_with_the_last_handle() {
    let message = Arc::new(());
    let (sender, receiver) = unbounded();
    sender.try_send(message.clone()).unwrap();
    drop(receiver);
    assert_eq!(Arc::strong_count(&message), 2, "a receiver only closes the channel");
    let weak = sender.downgrade();
    drop(sender);
    assert_eq!(Arc::strong_count(&message), 2, "a weak sender keeps it as well");
    drop(weak);
    assert_eq!(Arc::strong_count(&message), 1);
}

#[interleave::test]
fn waiters_are_woken_in_order_and_pass_on_unused_notifications() {
    let (sender, receiver) = unbounded();
    let [first, second, third] = [(); 3].map(|()| CountingWaker::new());
    let woken = || [first.wakes(), second.wakes(), third.wakes()];
    let mut receives = [(); 3].map(|()| Some(Box::pin(receiver.recv())));
    for (task, future) in [&first, &second, &third].into_iter().zip(receives.iter_mut().flatten()) {
        assert!(task.poll(future.as_mut()).is_pending());
    }
    sender.try_send(1).unwrap();
    assert_eq!(woken(), [1, 0, 0]);
    assert_eq!(first.poll(receives[0].as_mut().unwrap().as_mut()), Poll::Ready(Ok(1)));
    receives[0] = None;
    assert_eq!(woken(), [1, 1, 0], "the first one did not need its wake-up, as it saw the message by itself");
    assert!(second.poll(receives[1].as_mut().unwrap().as_mut()).is_pending());
    sender.try_send(2).unwrap();
    assert_eq!(woken(), [1, 1, 1], "the second one waits behind the third now");
    assert_eq!(second.kept(), 1);
}
