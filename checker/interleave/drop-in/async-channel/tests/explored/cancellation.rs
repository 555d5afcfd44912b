//! Futures that are dropped while they wait.

use std::pin::pin;
use std::task::{Context, Waker};

use async_channel::{bounded, unbounded};
use futures::stream::Stream;

use super::exploring::{both, explore, sleep_until};
use super::poll_once;

#[test]
fn a_dropped_receive_that_was_woken_passes_the_message_on() {
    explore(|| {
        let (sender, receiver) = unbounded();
        let mut first = receiver.recv();
        assert!(poll_once(&mut first).is_pending());
        both(
            || assert_eq!(receiver.recv_blocking(), Ok(7)),
            || {
                sleep_until(1);
                sender.try_send(7).unwrap();
                drop(first);
            },
        );
    })
    .expect("the other one is woken");
}

#[test]
fn a_dropped_send_that_was_woken_passes_the_capacity_on() {
    explore(|| {
        let (sender, receiver) = bounded(1);
        sender.try_send(1).unwrap();
        let mut first = sender.send(2);
        assert!(poll_once(&mut first).is_pending());
        both(
            || sender.send_blocking(3).unwrap(),
            || {
                sleep_until(1);
                assert_eq!(receiver.try_recv(), Ok(1));
                drop(first);
            },
        );
        assert_eq!(receiver.try_recv(), Ok(3), "the dropped one sends nothing");
    })
    .expect("the other one is woken");
}

#[test]
fn a_message_that_was_not_sent_is_dropped_with_the_future() {
    explore(|| {
        let (sender, receiver) = bounded(1);
        let message = std::sync::Arc::new(());
        sender.try_send(message.clone()).unwrap();
        let mut unsent = sender.send(message.clone());
        assert!(poll_once(&mut unsent).is_pending());
        assert_eq!(std::sync::Arc::strong_count(&message), 3);
        drop(unsent);
        assert_eq!(std::sync::Arc::strong_count(&message), 2);
        drop(receiver);
    })
    .expect("nothing is wrong");
}

#[test]
fn a_stream_is_woken_even_if_another_receiver_waits() {
    explore(|| {
        let (sender, receiver) = unbounded();
        let mut stream = pin!(receiver.clone());
        assert!(stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop())).is_pending());
        both(
            || {
                use futures::stream::StreamExt;
                let mut stream = pin!(receiver.clone());
                assert_eq!(interleave::engine::threads::block_on(stream.next()), Some(7));
            },
            || {
                sleep_until(1);
                sender.try_send(7).unwrap();
            },
        );
    })
    .expect("all streams are woken");
}
