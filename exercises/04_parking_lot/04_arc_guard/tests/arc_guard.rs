// What a thread has done is only looked at when all others sleep, so the mark is `core`'s own.
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use arc_guard::{Instruments, Reserved};

/// A connection to an instrument: what was measured over it. Not `Clone`: there is one of it. It is closed when it is
/// dropped.
#[derive(Default)]
struct Connection {
    values: Vec<u32>,
    open: Arc<()>,
}

type Laboratory = Arc<Instruments<Connection>>;

/// A laboratory with a scale and a thermometer.
fn laboratory() -> Laboratory {
    let instruments = Instruments::new();
    instruments.add("scale", Connection::default());
    instruments.add("thermometer", Connection::default());
    Arc::new(instruments)
}

/// Reserves an instrument that exists.
#[track_caller]
fn reserve(instruments: &Instruments<Connection>, name: &str) -> Reserved<Connection> {
    instruments.reserve(name).unwrap_or_else(|| panic!("there is a {name}, and `reserve` returned `None`"))
}

/// Runs `other` on another thread.
fn spawn<R: Send + 'static>(
    instruments: &Laboratory,
    other: impl FnOnce(&Instruments<Connection>) -> R + Send + 'static,
) -> JoinHandle<R> {
    let instruments = Arc::clone(instruments);
    thread::spawn(move || other(&instruments))
}

#[interleave::test]
fn a_reservation_leads_to_the_connection() {
    let instruments = laboratory();
    reserve(&instruments, "scale").values.push(7);
    reserve(&instruments, "thermometer").values.push(21);
    reserve(&instruments, "scale").values.push(8);
    assert_eq!(reserve(&instruments, "scale").values, [7, 8], "left: what was measured with the scale");
    assert_eq!(reserve(&instruments, "thermometer").values, [21], "left: what was measured with the thermometer");
    assert!(instruments.reserve("Scale").is_none(), "there is no `Scale`, only a `scale`");
    assert!(Instruments::<Connection>::default().reserve("").is_none(), "there is no instrument at all");
}

#[interleave::test]
fn reservations_may_be_kept_for_as_long_as_one_likes() {
    /// Without a lifetime: it may be stored anywhere.
    struct Experiment {
        instruments: BTreeMap<&'static str, Reserved<Connection>>,
    }
    let experiment = {
        let laboratory = laboratory();
        let names = ["scale", "thermometer"];
        Experiment { instruments: names.map(|name| (name, reserve(&laboratory, name))).into() }
    };
    let mut kept: Box<dyn std::any::Any> = Box::new(experiment);
    let experiment: &mut Experiment = kept.downcast_mut().expect("this is an experiment");
    for (name, instrument) in &mut experiment.instruments {
        instrument.values.push(1);
        assert_eq!(instrument.values, [1], "the laboratory is gone, and the {name} is still reserved");
    }
}

#[interleave::test(early_deadlines)]
fn an_instrument_has_one_user_at_a_time() {
    let instruments = laboratory();
    let measure = |instruments: &Instruments<Connection>| {
        let mut scale = reserve(instruments, "scale");
        let before = scale.values.len();
        thread::yield_now();
        scale.values.push(7);
        assert_eq!(
            scale.values.len(),
            before + 1,
            "left: how many values the scale has; another thread measured as well"
        );
    };
    let other = spawn(&instruments, measure);
    measure(&instruments);
    other.join().unwrap();
    assert_eq!(reserve(&instruments, "scale").values, [7, 7], "left: what two threads measured");
}

#[interleave::test]
fn a_reservation_is_waited_for_asleep() {
    let instruments = laboratory();
    let scale = reserve(&instruments, "scale");
    let has_it = Arc::new(AtomicBool::new(false));
    let other = {
        let has_it = Arc::clone(&has_it);
        spawn(&instruments, move |instruments| {
            reserve(instruments, "scale").values.push(7);
            has_it.store(true, SeqCst);
        })
    };
    // A thread that looks again and again instead of sleeping never settles.
    interleave::settle();
    if cfg!(feature = "explore") {
        // A week of explore mode's clock takes no time.
        thread::sleep(Duration::from_secs(7 * 24 * 3600));
    }
    assert!(!has_it.load(SeqCst), "the scale is reserved, and another thread reserved it as well");
    drop(scale);
    other.join().unwrap();
    assert_eq!(reserve(&instruments, "scale").values, [7], "left: what another thread measured in the end");
}

#[interleave::test]
fn a_thread_that_waits_for_one_instrument_blocks_no_other() {
    let instruments = laboratory();
    let scale = reserve(&instruments, "scale");
    let waiting = spawn(&instruments, |instruments| drop(reserve(instruments, "scale")));
    // Only explore mode knows when the other thread waits.
    interleave::settle();
    let mut thermometer = reserve(&instruments, "thermometer");
    thermometer.values.push(21);
    instruments.add("clock", Connection::default());
    assert!(instruments.remove("clock"), "a clock has just been added");
    assert!(instruments.reserve("clock").is_none(), "the clock has just been removed");
    drop(scale);
    waiting.join().unwrap();
    assert_eq!(thermometer.values, [21], "left: what was measured while others waited for the scale");
}

#[interleave::test]
fn an_instrument_that_is_removed_is_closed_after_its_last_use() {
    let instruments = laboratory();
    let open = Arc::clone(&reserve(&instruments, "scale").open);
    let mut scale = reserve(&instruments, "scale");
    assert!(instruments.remove("scale"), "there is a scale, so it can be removed, also while it is reserved");
    assert!(!instruments.remove("scale"), "the scale was removed before");
    assert!(instruments.reserve("scale").is_none(), "the scale was removed; another user still has it");
    scale.values.push(7);
    assert_eq!(scale.values, [7], "left: what was measured with a scale that was removed");
    assert_eq!(Arc::strong_count(&open), 2, "the scale is still in use, and its connection was closed");
    drop(scale);
    assert_eq!(Arc::strong_count(&open), 1, "the scale was removed, nobody uses it, and its connection is still open");
    let thermometer = Arc::clone(&reserve(&instruments, "thermometer").open);
    assert!(instruments.remove("thermometer"), "there is a thermometer");
    assert_eq!(Arc::strong_count(&thermometer), 1, "the thermometer was removed, and its connection is still open");
}

#[interleave::test]
fn a_connection_is_closed_while_the_list_is_unlocked() {
    /// Uses the list while it is closed.
    struct Robot {
        instruments: Weak<Instruments<Robot>>,
        closed: Arc<AtomicU32>,
    }
    impl Drop for Robot {
        fn drop(&mut self) {
            if let Some(instruments) = self.instruments.upgrade() {
                let _ = instruments.remove("tool");
                self.closed.fetch_add(1, SeqCst);
            }
        }
    }
    let instruments = Arc::new(Instruments::new());
    let closed = Arc::new(AtomicU32::new(0));
    let robot = || Robot { instruments: Arc::downgrade(&instruments), closed: Arc::clone(&closed) };
    instruments.add("robot", robot());
    instruments.add("robot", robot());
    assert_eq!(closed.load(SeqCst), 1, "left: how many robots were closed after one was replaced");
    assert!(instruments.remove("robot"), "there is a robot");
    assert_eq!(closed.load(SeqCst), 2, "left: how many robots were closed after another one was removed");
    instruments.add("robot", robot());
    let reserved = instruments.reserve("robot");
    assert!(reserved.is_some() && instruments.remove("robot"), "there is a robot");
    drop(reserved);
    assert_eq!(closed.load(SeqCst), 3, "left: how many robots were closed after a reservation of a third one ended");
}

#[interleave::test]
fn a_new_instrument_takes_the_place_of_an_old_one() {
    let instruments = laboratory();
    let mut old = reserve(&instruments, "scale");
    let open = Arc::clone(&old.open);
    instruments.add("scale", Connection::default());
    let mut new = reserve(&instruments, "scale");
    old.values.push(1);
    new.values.push(2);
    assert_eq!(
        (&*old.values, &*new.values),
        (&[1][..], &[2][..]),
        "left: what was measured with an old scale and a new one"
    );
    drop((old, new));
    assert_eq!(reserve(&instruments, "scale").values, [2], "left: what was measured with the new scale");
    assert_eq!(Arc::strong_count(&open), 1, "the old scale is not used any more, and its connection is still open");
}

#[interleave::test]
fn a_user_that_panics_ends_its_reservation() {
    let instruments = laboratory();
    let other = spawn(&instruments, |instruments| {
        let mut scale = reserve(instruments, "scale");
        scale.values.push(7);
        panic!("the experiment has failed");
    });
    let outcome: Result<(), _> = other.join();
    assert!(outcome.is_err(), "the experiment has failed");
    assert_eq!(reserve(&instruments, "scale").values, [7], "left: what was measured until the experiment failed");
}

#[interleave::test]
fn two_laboratories_do_not_disturb_each_other() {
    let (here, there) = (laboratory(), laboratory());
    let mut scale = reserve(&here, "scale");
    let mut other = reserve(&there, "scale");
    scale.values.push(1);
    other.values.push(2);
    assert!(there.remove("thermometer"), "there is a thermometer");
    assert!(here.reserve("thermometer").is_some(), "only the thermometer of another laboratory was removed");
    drop((scale, other));
    assert_eq!(reserve(&here, "scale").values, [1], "left: what was measured with the scale of one laboratory");
    assert_eq!(reserve(&there, "scale").values, [2], "left: what was measured with the scale of the other one");
}
