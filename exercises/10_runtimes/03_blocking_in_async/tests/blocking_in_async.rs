use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use blocking_in_async::{Machine, Turnstile};
use interleave::{CountingWaker, settle};
use smol::channel::{Receiver, Sender, bounded, unbounded};
use smol::future::{or, zip};

const GOOD: u32 = 7;
const BAD: u32 = 8;
/// Badges that are checked on real threads.
const BADGES: usize = 20;
const HOUR: Duration = Duration::from_secs(3600);

/// A machine whose checks last until the test allows them to end, or end at once if there is no gate.
struct GatedMachine {
    events: Sender<&'static str>,
    gate: Option<Receiver<()>>,
}

impl Machine for GatedMachine {
    fn check(&self, badge: u32) -> bool {
        if let Some(gate) = &self.gate {
            let _ = self.events.try_send("check");
            // Fails at once when the test has dropped its end of the gate.
            let _ = gate.recv_blocking();
        }
        badge == GOOD
    }

    fn open(&self) {
        let _ = self.events.try_send("open");
    }

    fn close(&self) {
        let _ = self.events.try_send("closed");
    }
}

/// A turnstile whose checks end at once, and what it does.
fn turnstile(open: Duration) -> (Turnstile<GatedMachine>, Receiver<&'static str>) {
    let (events, seen) = unbounded();
    (Turnstile::new(GatedMachine { events, gate: None }, open), seen)
}

/// A turnstile whose checks end when the test drops the gate.
fn gated_turnstile() -> (Turnstile<GatedMachine>, Receiver<&'static str>, Sender<()>) {
    let (events, seen) = unbounded();
    let (opener, gate) = bounded(1);
    (Turnstile::new(GatedMachine { events, gate: Some(gate) }, Duration::ZERO), seen, opener)
}

/// What the turnstile has done so far, without the checks.
fn movements(events: &Receiver<&'static str>) -> Vec<&'static str> {
    std::iter::from_fn(|| events.try_recv().ok()).filter(|event| *event != "check").collect()
}

/// Waits until `event`.
async fn until(event: &str, events: &Receiver<&'static str>) {
    while events.recv().await.unwrap() != event {}
}

/// Polls `passing` until the turnstile opens.
async fn until_open(passing: Pin<&mut impl Future>, events: &Receiver<&'static str>) {
    let passing = async {
        passing.await;
    };
    or(passing, until("open", events)).await;
}

/// What every runtime of several threads needs of a task.
fn send<F: Future + Send>(future: F) -> F {
    future
}

#[interleave::test(runtime = "smol")]
async fn tasks_run_while_a_badge_is_checked() {
    let (turnstile, events, gate) = gated_turnstile();
    let rest_of_this_task = async {
        until("check", &events).await;
        // The check ends when both this task and another one have run.
        smol::spawn(async move { drop(gate) }).await;
    };
    let (passed, ()) = zip(send(turnstile.pass(BAD)), rest_of_this_task).await;
    assert!(!passed, "the badge is bad, and it was accepted");
}

#[interleave::test(runtime = "smol")]
async fn the_task_goes_on_while_the_turnstile_is_open() {
    let (turnstile, events) = turnstile(HOUR);
    let pass = async {
        turnstile.pass(GOOD).await;
        "`pass` has returned"
    };
    let rest_of_this_task = async {
        until("open", &events).await;
        "the rest of the task goes on"
    };
    assert_eq!(
        or(pass, rest_of_this_task).await,
        "the rest of the task goes on",
        "the turnstile opened for an hour; left: what happened next in the task that awaits `pass`"
    );
}

#[interleave::test(runtime = "smol")]
async fn two_people_pass_one_after_the_other() {
    let open = if cfg!(feature = "explore") { HOUR } else { Duration::from_millis(20) };
    let (turnstile, events) = turnstile(open);
    let start = Instant::now();
    let both = zip(turnstile.pass(GOOD), turnstile.pass(GOOD)).await;
    let took = start.elapsed();
    assert_eq!(both, (true, true), "both badges are good; left: what `pass` returned");
    assert_eq!(
        movements(&events),
        ["open", "closed", "open", "closed"],
        "left: what the turnstile did for two people who came at once"
    );
    assert!(took >= 2 * open, "the turnstile opens for {open:?}, and two people have passed in {took:?}");
    if cfg!(feature = "explore") {
        assert_eq!(took, 2 * open, "the turnstile opens for {open:?}; left: how long two people took to pass");
    }
}

/// A machine whose checks end when so many have begun.
struct Busy(Barrier);

impl Machine for Busy {
    fn check(&self, badge: u32) -> bool {
        self.0.wait();
        badge == GOOD
    }

    fn open(&self) {}

    fn close(&self) {}
}

#[interleave::test(runtime = "smol")]
async fn badges_are_checked_at_once() {
    let turnstile = Turnstile::new(Busy(Barrier::new(2)), Duration::ZERO);
    let both = zip(turnstile.pass(BAD), turnstile.pass(BAD)).await;
    assert_eq!(both, (false, false), "both badges are bad; left: what `pass` returned");
}

#[interleave::test(runtime = "smol", real_only)] // too many threads to explore
async fn any_number_of_badges_are_checked_at_once() {
    let turnstile = Arc::new(Turnstile::new(Busy(Barrier::new(BADGES)), Duration::ZERO));
    let pass = |_| {
        let turnstile = Arc::clone(&turnstile);
        smol::spawn(async move { turnstile.pass(GOOD).await })
    };
    let passing: Vec<_> = (0..BADGES).map(pass).collect();
    for person in passing {
        assert!(person.await, "the badge is good, and it was refused");
    }
}

/// Only exploring knows who is asleep.
#[interleave::test(runtime = "smol")]
async fn a_person_who_waits_for_a_turn_sleeps() {
    if cfg!(feature = "explore") {
        let (turnstile, events) = turnstile(HOUR);
        let mut passing = pin!(turnstile.pass(GOOD));
        until_open(passing.as_mut(), &events).await;
        // Nobody polls `passing` now.
        let waker = CountingWaker::new();
        let mut next = pin!(turnstile.pass(GOOD));
        for _ in 0..5 {
            if waker.poll(next.as_mut()).is_ready() {
                break;
            }
            settle();
        }
        assert!(
            waker.wakes() <= 2,
            "a check has ended, and a turn may have, but `pass` was woken {} times. Does it ask again and again?",
            waker.wakes()
        );
    }
}

#[interleave::test(runtime = "smol")]
async fn a_bad_badge_is_refused_while_somebody_passes() {
    let (turnstile, events) = turnstile(HOUR);
    let mut passing = pin!(turnstile.pass(GOOD));
    until_open(passing.as_mut(), &events).await;
    // Nobody polls `passing` now, so the turn is not given back.
    assert!(!turnstile.pass(BAD).await, "the badge is bad, and it was accepted");
    assert_eq!(movements(&events), [""; 0], "left: what the turnstile did for a bad badge");
}

/// A machine for which a badge is good until it has been checked once.
struct OneTrip(AtomicBool);

impl Machine for OneTrip {
    fn check(&self, _badge: u32) -> bool {
        !self.0.swap(true, SeqCst)
    }

    fn open(&self) {}

    fn close(&self) {}
}

#[interleave::test(runtime = "smol")]
async fn a_badge_is_checked_each_time() {
    let turnstile = Turnstile::new(OneTrip(AtomicBool::new(false)), Duration::ZERO);
    let passed = [turnstile.pass(GOOD).await, turnstile.pass(GOOD).await];
    assert_eq!(
        passed,
        [true, false],
        "a badge was good, and was withdrawn after its first check; left: what `pass` returned"
    );
}

#[interleave::test(runtime = "smol")]
async fn each_turnstile_has_turns_of_its_own() {
    let ((north, north_events), (south, south_events)) = (turnstile(HOUR), turnstile(Duration::from_millis(20)));
    let mut passing = pin!(north.pass(GOOD));
    until_open(passing.as_mut(), &north_events).await;
    // Nobody polls `passing` now, so the turn at the northern turnstile is not given back.
    assert!(south.pass(GOOD).await, "the badge is good, and it was refused");
    assert_eq!(movements(&south_events), ["open", "closed"], "left: what the other turnstile did for one good badge");
}
