use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use reentrant::Bus;
use reentrant::Signal::{self, Byte, Start, Stop};

/// The signals of one transaction that sends `bytes`.
fn one(bytes: &[u8]) -> Vec<Signal> {
    let bytes = bytes.iter().map(|&byte| Byte(byte));
    [Start].into_iter().chain(bytes).chain([Stop]).collect()
}

/// Runs `other` on another thread.
fn spawn<R: Send + 'static>(bus: &Arc<Bus>, other: impl FnOnce(&Bus) -> R + Send + 'static) -> thread::JoinHandle<R> {
    let bus = Arc::clone(bus);
    thread::spawn(move || other(&bus))
}

#[interleave::test]
fn a_transaction_may_send() {
    let bus = Bus::new();
    bus.transaction(|| {
        bus.send(0x3c);
        bus.send(0xaf);
    });
    assert_eq!(bus.sent(), one(&[0x3c, 0xaf]), "left: what one transaction sent");
}

#[interleave::test]
fn a_transaction_within_a_transaction_is_part_of_it() {
    let bus = Bus::new();
    bus.transaction(|| {
        bus.send(1);
        bus.transaction(|| {
            bus.send(2);
            bus.transaction(|| bus.send(3));
            bus.send(4);
        });
        bus.transaction(|| ());
        bus.send(5);
    });
    assert_eq!(bus.sent(), one(&[1, 2, 3, 4, 5]), "left: what a transaction sent with three others within it");
}

#[interleave::test]
fn each_byte_alone_is_a_transaction() {
    let bus = Bus::new();
    bus.send(7);
    bus.transaction(|| ());
    (0..=255).for_each(|byte| bus.send(byte));
    let expected = [one(&[7]), one(&[])].into_iter().chain((0..=255).map(|byte| one(&[byte])));
    let expected: Vec<_> = expected.flatten().collect();
    assert_eq!(bus.sent(), expected, "left: what was sent by one byte, an empty transaction, and each possible byte");
}

#[interleave::test]
fn transactions_are_nested_as_deep_as_the_drivers_need() {
    fn nested(bus: &Bus, depth: u32) {
        bus.send(1);
        if depth > 0 {
            bus.transaction(|| nested(bus, depth - 1));
        }
        bus.send(2);
    }
    let bus = Bus::new();
    bus.transaction(|| nested(&bus, 300));
    let expected = one(&[[1; 301], [2; 301]].concat());
    assert_eq!(bus.sent(), expected, "left: what was sent by 301 transactions within one another");
}

#[interleave::test]
fn a_transaction_returns_what_its_body_returns() {
    let bus = Bus::new();
    // What stays on this thread need not be `Send`.
    let own = Rc::new("temperature");
    let result = bus.transaction(|| bus.transaction(|| Rc::clone(&own)));
    assert_eq!(result, own, "left: what `transaction` returned; right: what its body returned");
    let reference = bus.transaction(|| &own);
    assert_eq!(Rc::strong_count(reference), 2, "the body returned a reference");
}

#[interleave::test]
fn a_transaction_sees_what_it_has_sent() {
    let bus = Bus::new();
    bus.send(1);
    bus.transaction(|| {
        assert_eq!(bus.sent(), [Start, Byte(1), Stop, Start], "left: what `sent` returned in a new transaction");
        bus.transaction(|| bus.send(2));
        let expected = [Start, Byte(1), Stop, Start, Byte(2)];
        assert_eq!(bus.sent(), expected, "left: what `sent` returned before the transaction ended");
    });
}

#[interleave::test(early_deadlines)]
fn no_other_thread_sends_during_a_transaction() {
    let bus = Arc::new(Bus::new());
    let other = spawn(&bus, |bus| bus.send(9));
    bus.transaction(|| {
        bus.send(1);
        thread::yield_now();
        bus.send(2);
    });
    other.join().unwrap();
    let (one, nine) = (one(&[1, 2]), one(&[9]));
    let expected = [[one.clone(), nine.clone()].concat(), [nine, one].concat()];
    let sent = bus.sent();
    assert!(expected.contains(&sent), "one thread sent 1 and 2 in a transaction, another one sent 9: {sent:?}");
}

#[interleave::test(early_deadlines)]
fn no_other_transaction_begins_when_an_inner_one_has_ended() {
    let bus = Arc::new(Bus::new());
    let other = spawn(&bus, |bus| bus.transaction(|| bus.send(9)));
    bus.transaction(|| {
        bus.transaction(|| bus.send(1));
        thread::yield_now();
        bus.send(2);
    });
    other.join().unwrap();
    let (one, nine) = (one(&[1, 2]), one(&[9]));
    let expected = [[one.clone(), nine.clone()].concat(), [nine, one].concat()];
    let sent = bus.sent();
    assert!(expected.contains(&sent), "one thread sent 1 and 2 in a transaction, another one sent 9: {sent:?}");
}

#[interleave::test(early_deadlines)]
fn another_thread_sees_whole_transactions() {
    let bus = Arc::new(Bus::new());
    let other = spawn(&bus, |bus| bus.transaction(|| (bus.send(1), bus.send(2))));
    let seen = bus.sent();
    other.join().unwrap();
    assert!(
        seen.is_empty() || seen == one(&[1, 2]),
        "another thread sent 1 and 2 in one transaction; `sent` returned {seen:?}"
    );
}

#[interleave::test]
fn another_thread_sleeps_until_a_transaction_has_ended() {
    let bus = Arc::new(Bus::new());
    let mut others = Vec::new();
    bus.transaction(|| {
        others.push(spawn(&bus, |bus| bus.send(8)));
        others.push(spawn(&bus, |bus| bus.transaction(|| bus.send(9))));
        // A thread that looks again and again instead of sleeping never settles.
        interleave::settle();
        if cfg!(feature = "explore") {
            // A week of explore mode's clock takes no time.
            thread::sleep(Duration::from_secs(7 * 24 * 3600));
        }
        bus.send(1);
    });
    others.into_iter().for_each(|other| other.join().unwrap());
    let sent = bus.sent();
    let (eight, nine) = (one(&[8]), one(&[9]));
    let expected = [[one(&[1]), eight.clone(), nine.clone()].concat(), [one(&[1]), nine, eight].concat()];
    // In real mode, the others may have been late or early: nothing says that they waited.
    if cfg!(feature = "explore") {
        assert!(expected.contains(&sent), "8 and 9 waited for a week, until 1 was sent: {sent:?}");
    } else {
        assert_eq!(sent.len(), 9, "three threads sent a transaction of one byte each: {sent:?}");
    }
}

#[interleave::test]
fn two_buses_do_not_disturb_each_other() {
    let (here, there) = (Arc::new(Bus::new()), Arc::new(Bus::new()));
    here.transaction(|| {
        there.send(1);
        here.send(2);
        // This thread has a transaction here and none there, where another thread may send.
        spawn(&there, |bus| bus.send(3)).join().unwrap();
        there.transaction(|| here.send(4));
    });
    assert_eq!(here.sent(), one(&[2, 4]), "left: what was sent on one bus");
    assert_eq!(there.sent(), [one(&[1]), one(&[3]), one(&[])].concat(), "left: what was sent on another bus");
}
