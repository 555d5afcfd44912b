//! Exploring programs with async-channel: which bugs it finds, and which programs pass.
#![cfg(feature = "explore")]

#[path = "../../../exploring.rs"]
#[macro_use]
mod exploring;
mod cancellation;
mod points;

use std::sync::Mutex;

use async_channel::{RecvError, TryRecvError, bounded, unbounded};
use exploring::{both, can_be, explore, poll_once, sleep_until};
use interleave::model::scope;
use trace::{FailureKind, timeline};

#[test]
fn messages_arrive_in_the_order_sent() {
    explore(|| {
        let (sender, receiver) = bounded(1);
        both(
            move || (0..3).for_each(|number| sender.send_blocking(number).unwrap()),
            || {
                for number in 0..3 {
                    assert_eq!(receiver.recv_blocking(), Ok(number));
                }
                assert_eq!(receiver.recv_blocking(), Err(RecvError));
            },
        );
    })
    .expect("nothing is wrong");
}

#[test]
fn operations_of_others_may_be_seen_or_not() {
    assert!(can_be(|| {
        let (sender, receiver) = unbounded();
        let mut empty_first = false;
        both(
            move || sender.send_blocking(7).unwrap(),
            || {
                let first = receiver.try_recv();
                empty_first = first == Err(TryRecvError::Empty) && receiver.recv_blocking() == Ok(7);
            },
        );
        empty_first
    }));
    assert!(can_be(|| {
        let (sender, receiver) = unbounded();
        let mut seen = false;
        both(move || sender.send_blocking(7).unwrap(), || seen = receiver.len() == 1);
        seen
    }));
    assert!(can_be(|| {
        let (sender, receiver) = unbounded::<u32>();
        let mut fails = false;
        both(move || drop(receiver), || fails = sender.try_send(7).is_err());
        fails
    }));
    assert!(can_be(|| {
        let (sender, receiver) = unbounded::<u32>();
        let weak = sender.downgrade();
        let mut gone = false;
        both(move || drop(sender), || gone = weak.upgrade().is_none() && receiver.is_closed());
        gone
    }));
}

#[test]
fn a_deadlock_on_a_full_channel_is_found_and_drawn() {
    let failure = explore(|| {
        let (sender, receiver) = bounded(1);
        sender.send_blocking(1).unwrap();
        sender.send_blocking(2).unwrap();
        drop(receiver);
    });
    let failure = failure.expect_err("nobody receives");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    assert!(picture.contains("sender.send_blocking(2).unwrap();"), "the line of the second send\n{picture}");
}

#[test]
fn the_first_message_goes_to_the_first_waiter() {
    explore(|| {
        let (sender, receiver) = unbounded();
        let order = Mutex::new(Vec::new());
        scope::scope(|scope| {
            for number in 0..3 {
                let (order, receiver) = (&order, &receiver);
                scope.spawn(move || {
                    sleep_until(number + 1);
                    receiver.recv_blocking().unwrap();
                    order.lock().unwrap().push(number);
                });
            }
            sleep_until(5);
            sender.send_blocking(()).unwrap();
            sleep_until(6);
            assert_eq!(*order.lock().unwrap(), [0]);
            sender.send_blocking(()).unwrap();
            sender.send_blocking(()).unwrap();
        });
    })
    .expect("nothing is wrong");
}

#[test]
fn closing_wakes_all_waiters() {
    explore(|| {
        let (sender, receiver) = bounded(1);
        let (empty_sender, empty_receiver) = bounded::<u32>(1);
        sender.send_blocking(1).unwrap();
        scope::scope(|scope| {
            scope.spawn(|| assert!(sender.send_blocking(2).is_err()));
            scope.spawn(|| interleave::engine::threads::block_on(sender.closed()));
            scope.spawn(|| assert!(empty_receiver.recv_blocking().is_err()));
            sleep_until(1);
            assert!(receiver.close());
            drop(empty_sender);
        });
        assert_eq!(receiver.recv_blocking(), Ok(1), "what was sent before is still there");
    })
    .expect("nothing is wrong");
}

#[test]
fn dropping_the_last_of_several_senders_closes_the_channel() {
    explore(|| {
        let (sender, receiver) = unbounded::<u32>();
        let second = sender.clone();
        both(move || drop(sender), move || drop(second));
        assert!(receiver.is_closed());
    })
    .expect("nothing is wrong");
}
