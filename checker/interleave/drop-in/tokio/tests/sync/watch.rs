//! A `Ref` is a read guard.

use std::sync::Arc;

use tokio::sync::watch;

use super::{deadlocks, passes, spawn};

#[test]
fn a_second_borrow_behind_a_waiting_sender_deadlocks() {
    deadlocks(|| async {
        let (sender, receiver) = watch::channel(0);
        let other = spawn(async move { sender.send(1) });
        let first = receiver.borrow();
        let second = receiver.borrow();
        drop((first, second));
        drop(other.join());
    });
}

#[test]
fn a_sender_waits_while_the_value_is_borrowed() {
    passes(|| async {
        let (sender, receiver) = watch::channel(0);
        let receiver2 = receiver.clone();
        let other = spawn(async move { sender.send(1).is_ok() });
        let value = receiver.borrow();
        let (before, _) = (*value, receiver2.is_closed());
        assert_eq!(*value, before, "it changed under a reader");
        drop(value);
        assert!(other.join().unwrap());
        assert_eq!(*receiver.borrow(), 1);
    });
}

#[test]
fn no_reader_sees_the_value_while_it_is_changed() {
    passes(|| async {
        let (sender, receiver) = watch::channel((0, 0));
        let other = spawn(async move {
            sender.send_modify(|pair| {
                pair.0 = 1;
                sender.receiver_count();
                pair.1 = 1;
            });
        });
        let (first, second) = *receiver.borrow();
        assert_eq!(first, second);
        other.join().unwrap();
    });
}

#[test]
fn changes_are_seen_once_and_the_last_one_counts() {
    passes(|| async {
        let (sender, mut receiver) = watch::channel(0);
        let sender2 = sender.clone();
        let other = spawn(async move {
            for value in 1..=3 {
                sender2.send_replace(value);
            }
        });
        while *receiver.borrow_and_update() != 3 {
            receiver.changed().await.unwrap();
        }
        assert!(!receiver.has_changed().unwrap());
        other.join().unwrap();
        assert!(!sender.send_if_modified(|_| false));
        receiver.mark_changed();
        assert!(receiver.borrow().has_changed());
        receiver.mark_unchanged();
        assert!(!receiver.has_changed().unwrap());
        drop(sender);
        assert!(receiver.changed().await.is_err() && receiver.has_changed().is_err());
    });
}

#[test]
fn wait_for_sees_the_last_value_of_a_channel_that_is_closed() {
    passes(|| async {
        let (sender, mut receiver) = watch::channel(0);
        let other = spawn(async move { sender.send(1).unwrap() });
        assert_eq!(*receiver.wait_for(|value| *value == 1).await.unwrap(), 1);
        other.join().unwrap();
        assert!(receiver.wait_for(|value| *value == 2).await.is_err());
    });
}

#[test]
fn a_sender_learns_that_the_last_receiver_is_gone() {
    passes(|| async {
        let (sender, receiver) = watch::channel(Arc::new(0));
        let second = sender.subscribe();
        let others = [receiver, second].map(|receiver| spawn(async move { drop(receiver) }));
        sender.closed().await;
        assert!(sender.is_closed() && sender.send(Arc::new(1)).is_err());
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}
