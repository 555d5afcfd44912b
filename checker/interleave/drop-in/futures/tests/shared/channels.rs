//! `futures::channel`.

use futures::channel::{mpsc, oneshot};
use futures::{SinkExt, StreamExt};
use interleave::model::scope;
use trace::FailureKind;

use super::exploring::{both, can_be, explore, poll_once};
use super::{block_on, next_now};

#[test]
fn a_value_may_be_sent_before_or_after_the_receiver_closes() {
    for expected in [true, false] {
        assert!(can_be(move || {
            let (sender, mut receiver) = oneshot::channel();
            let mut sent = false;
            both(|| receiver.close(), || sent = sender.send(1).is_ok());
            sent == expected
        }));
        assert!(can_be(move || {
            let (mut sender, mut receiver) = mpsc::channel(1);
            let mut sent = false;
            both(|| receiver.close(), || sent = sender.try_send(1).is_ok());
            sent == expected
        }));
        assert!(can_be(move || {
            let (sender, mut receiver) = mpsc::unbounded();
            let mut sent = false;
            both(|| receiver.close(), || sent = sender.unbounded_send(1).is_ok());
            sent == expected
        }));
    }
}

#[test]
fn two_senders_may_be_first() {
    for expected in [1, 2] {
        assert!(can_be(move || {
            let (mut sender, mut receiver) = mpsc::channel(2);
            let mut other = sender.clone();
            both(|| other.try_send(1).unwrap(), || sender.try_send(2).unwrap());
            next_now(&mut receiver) == Some(expected)
        }));
    }
}

#[test]
fn a_channel_ends_with_its_last_sender() {
    explore(|| {
        let (mut sender, mut receiver) = mpsc::channel(0);
        let (other, mut others) = mpsc::unbounded();
        scope::scope(|scope| {
            scope.spawn(move || block_on(async { sender.send(1).await.and(sender.send(2).await) }).unwrap());
            scope.spawn(move || (1..=2).for_each(|value| other.unbounded_send(value).unwrap()));
            assert_eq!(block_on(receiver.by_ref().collect::<Vec<i32>>()), [1, 2]);
            assert_eq!(block_on(others.by_ref().collect::<Vec<i32>>()), [1, 2]);
        });
        assert_eq!(block_on(receiver.recv()), Err(mpsc::RecvError));
    })
    .expect("nothing is wrong");
}

#[test]
fn a_sender_that_is_kept_is_a_deadlock() {
    let failure = explore(|| {
        let (_sender, mut receiver) = mpsc::unbounded::<()>();
        block_on(receiver.next());
    });
    assert_eq!(failure.expect_err("nobody sends").kind, FailureKind::Deadlock);
}

#[test]
fn a_full_channel_waits_for_room() {
    explore(|| {
        let (mut sender, mut receiver) = mpsc::channel(0);
        sender.try_send(1).expect("each sender has a place of its own");
        assert!(sender.try_send(2).is_err_and(|error| error.is_full()), "this one's is taken");
        both(
            move || block_on(sender.send(3)).unwrap(),
            || {
                assert_eq!(block_on(receiver.recv()), Ok(1));
                assert_eq!(block_on(receiver.recv()), Ok(3));
            },
        );
    })
    .expect("receiving makes room");
    explore(|| {
        let (sender, receiver) = oneshot::channel::<()>();
        let mut sender = sender;
        both(move || drop(receiver), || block_on(sender.cancellation()));
        assert!(sender.is_canceled());
    })
    .expect("dropping the receiver wakes the sender");
}

#[test]
fn operations_pass_a_scheduling_point() {
    explore(|| {
        let (mut sender, mut receiver) = mpsc::channel(4);
        let (unbounded, mut all) = mpsc::unbounded();
        let (one, mut value) = oneshot::channel();
        assert_each_passes_a_point! {
            sender.try_send(1);
            sender.start_send(2);
            sender.is_closed();
            sender.clone();
            unbounded.unbounded_send(1);
            unbounded.is_closed();
            unbounded.len();
            unbounded.is_empty();
            unbounded.clone();
            one.is_canceled();
            value.try_recv();
            one.send(1);
            poll_once(&mut value).is_ready();
            next_now(&mut receiver);
            receiver.try_recv();
            all.try_recv();
            next_now(&mut all);
            receiver.close();
            sender.disconnect();
            sender.close_channel();
            unbounded.close_channel();
            drop(sender);
            drop(receiver);
            drop(unbounded);
            drop(all);
            drop(value);
        }
    })
    .expect("nothing is wrong");
}
