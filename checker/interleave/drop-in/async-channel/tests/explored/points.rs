//! Every operation is a scheduling point.

use std::pin::pin;
use std::task::{Context, Waker};

use async_channel::{bounded, unbounded};
use futures::stream::{FusedStream, Stream};

use super::exploring::explore;
use super::poll_once;

#[test]
fn operations_of_both_ends() {
    explore(|| {
        let (sender, receiver) = bounded(2);
        let (weak_sender, weak_receiver) = (sender.downgrade(), receiver.downgrade());
        assert_each_passes_a_point! {
            sender.try_send(1);
            sender.force_send(2);
            receiver.try_recv();
            receiver.recv_blocking();
            sender.send_blocking(3);
            receiver.is_empty();
            receiver.try_recv();
            poll_once(&mut sender.send(4)).is_ready();
            poll_once(&mut receiver.recv()).is_ready();
            poll_once(&mut sender.closed()).is_ready();
            sender.is_closed();
            sender.is_empty();
            sender.is_full();
            sender.len();
            sender.capacity();
            sender.receiver_count();
            sender.sender_count();
            receiver.is_closed();
            receiver.is_full();
            receiver.len();
            receiver.capacity();
            receiver.receiver_count();
            receiver.sender_count();
            receiver.is_terminated();
            sender.clone();
            receiver.clone();
            weak_sender.upgrade();
            weak_receiver.upgrade();
        }
        let (second_sender, second_receiver) = (sender.clone(), receiver.clone());
        assert_each_passes_a_point! {
            drop(second_sender);
            drop(second_receiver);
        }
        let mut waiting = receiver.recv();
        assert!(poll_once(&mut waiting).is_pending());
        assert_each_passes_a_point! {
            drop(waiting);
            sender.close();
            receiver.close();
        }
        let (sender, receiver) = unbounded::<u32>();
        let mut stream = pin!(receiver);
        assert_each_passes_a_point! {
            stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop())).is_ready();
            drop(sender);
        }
    })
    .expect("all of them are scheduling points");
}
