use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_close::{Licences, Server};
use interleave::{CountingWaker, HighWater};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const AGES: Duration = Duration::from_secs(1000);

/// Waits until all tasks wait: the clock moves when none of them can run.
async fn all_asleep() {
    sleep(Duration::from_millis(1)).await;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Taken(u32),
    GivingBack(u32),
    GivenBack(u32),
    SignedOff,
}

use Event::{GivenBack, GivingBack, SignedOff, Taken};

/// The test's view of a server.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Event>>>);

impl Log {
    fn push(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }

    fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    fn count(&self, event: Event) -> usize {
        self.events().iter().filter(|seen| **seen == event).count()
    }
}

/// A server on which everything takes a second.
struct Slow {
    log: Log,
    seats: AtomicU32,
    _alive: Arc<()>,
}

fn slow() -> (Licences<Slow>, Log, Weak<()>) {
    let (log, alive) = (Log::default(), Arc::new(()));
    let is_alive = Arc::downgrade(&alive);
    (Licences::new(Slow { log: log.clone(), seats: AtomicU32::new(0), _alive: alive }), log, is_alive)
}

impl Server for Slow {
    async fn take(&self) -> u32 {
        sleep(SECOND).await;
        let seat = self.seats.fetch_add(1, Ordering::SeqCst) + 1;
        self.log.push(Taken(seat));
        seat
    }

    async fn give_back(&self, seat: u32) -> u32 {
        self.log.push(GivingBack(seat));
        sleep(SECOND).await;
        self.log.push(GivenBack(seat));
        seat * 10
    }

    async fn sign_off(&self) {
        sleep(SECOND).await;
        self.log.push(SignedOff);
    }
}

/// A server that hands out seat 7, and takes it back when the test lets it.
struct Gated {
    log: Log,
    gate: Arc<Semaphore>,
}

impl Server for Gated {
    async fn take(&self) -> u32 {
        7
    }

    async fn give_back(&self, seat: u32) -> u32 {
        self.log.push(GivingBack(seat));
        self.gate.acquire().await.unwrap().forget();
        self.log.push(GivenBack(seat));
        70
    }

    async fn sign_off(&self) {
        self.log.push(SignedOff);
    }
}

fn gated(permits: usize) -> (Licences<Gated>, Log, Arc<Semaphore>) {
    let (log, gate) = (Log::default(), Arc::new(Semaphore::new(permits)));
    (Licences::new(Gated { log: log.clone(), gate: Arc::clone(&gate) }), log, gate)
}

/// A server of one seat, on which nothing takes time. It counts the seats that are back.
struct Quick(HighWater);

impl Server for Quick {
    async fn take(&self) -> u32 {
        7
    }

    async fn give_back(&self, _seat: u32) -> u32 {
        std::mem::forget(self.0.enter());
        70
    }

    async fn sign_off(&self) {
        assert_eq!(self.0.inside(), 1, "there was one seat, and the office signs off; left: how many seats are back");
    }
}

#[interleave::test]
async fn close_returns_what_the_server_answers() {
    let (licences, log, _) = slow();
    for seat in [1, 2] {
        let open = licences.seat().await;
        assert_eq!(open.number(), seat, "right: the number of the seat that the server handed out");
        all_asleep().await;
        let (start, before) = (Instant::now(), log.events().len());
        assert_eq!(open.close().await, seat * 10, "left: the minutes for seat {seat}");
        assert_eq!(
            log.events()[before..],
            [GivingBack(seat), GivenBack(seat)],
            "`close` has returned; left: what the server saw meanwhile"
        );
        assert_eq!(start.elapsed(), SECOND, "the server took this long (right); left: when `close` returned");
        all_asleep().await;
    }
    licences.sign_off().await;
    assert_eq!(log.events()[6..], [SignedOff], "both seats had been closed; left: what the server saw after that");
}

#[interleave::test]
async fn a_dropped_seat_is_given_back_at_once() {
    let (licences, log, _) = slow();
    let seat = licences.seat().await;
    drop(seat);
    sleep(SECOND + SECOND / 2).await;
    assert_eq!(
        log.events(),
        [Taken(1), GivingBack(1), GivenBack(1)],
        "a seat was dropped one and a half seconds ago, and nobody did anything since; left: what the server saw",
    );
    licences.sign_off().await;
    assert_eq!(log.events()[3..], [SignedOff], "left: what the server saw after that");
}

#[interleave::test(flavor = "current_thread")]
async fn seats_that_are_dropped_together_are_given_back_together() {
    let (licences, log, _) = slow();
    let seats = [licences.seat().await, licences.seat().await];
    all_asleep().await;
    drop(seats);
    sleep(SECOND / 2).await;
    assert_eq!(
        [1, 2].map(|seat| log.count(GivingBack(seat))),
        [1, 1],
        "two seats were dropped at once, and the server needs a second for each; left: how often it was told of each, \
         half a second later",
    );
    licences.sign_off().await;
}

#[interleave::test]
async fn dropping_a_seat_does_not_block() {
    let (licences, log, gate) = gated(0);
    let seat = licences.seat().await;
    all_asleep().await;
    drop(seat);
    all_asleep().await;
    // The server answers now, and not before.
    gate.add_permits(1);
    all_asleep().await;
    licences.sign_off().await;
    assert_eq!(log.events(), [GivingBack(7), GivenBack(7), SignedOff], "left: what the server saw");
}

#[interleave::test]
async fn a_seat_may_be_dropped_on_a_plain_thread() {
    let (licences, log, _) = gated(1);
    let seat = licences.seat().await;
    all_asleep().await;
    let thread = std::thread::spawn(move || drop(seat));
    assert!(thread.join().is_ok(), "a seat was dropped on a thread without a runtime, and that panicked");
    all_asleep().await;
    assert_eq!(
        log.events(),
        [GivingBack(7), GivenBack(7)],
        "a seat was dropped on a thread without a runtime, and it should be given back at once; left: what the server saw"
    );
    licences.sign_off().await;
    assert_eq!(log.events()[2..], [SignedOff], "left: what the server saw after that");
}

#[interleave::test]
async fn a_seat_may_be_dropped_on_a_thread_of_another_runtime() {
    let (licences, log, _) = gated(1);
    let seat = licences.seat().await;
    all_asleep().await;
    let thread = std::thread::spawn(move || {
        let other = tokio::runtime::Builder::new_current_thread().build().expect("a runtime of one thread starts");
        other.block_on(async { drop(seat) });
    });
    assert!(thread.join().is_ok(), "a seat was dropped on a thread of another runtime, and that panicked");
    all_asleep().await;
    licences.sign_off().await;
    assert_eq!(
        log.events(),
        [GivingBack(7), GivenBack(7), SignedOff],
        "a seat was dropped on a thread of another runtime, which has ended since; left: what the server saw"
    );
}

#[interleave::test]
async fn a_close_that_is_dropped_gives_the_seat_back_once() {
    // Each further round multiplies the interleavings, so exploring takes one.
    let rounds = if cfg!(feature = "explore") { 2..3 } else { 0..4 };
    for polls in rounds {
        let (licences, log, _) = slow();
        let mut closing = Box::pin(licences.seat().await.close());
        for poll in 0..polls {
            if poll > 0 {
                sleep(SECOND / 5).await;
            }
            let polled = CountingWaker::new().poll(closing.as_mut());
            assert!(polled.is_pending(), "the server has not answered, and `close` has returned");
        }
        drop(closing);
        all_asleep().await;
        licences.sign_off().await;
        assert_eq!(
            log.events(),
            [Taken(1), GivingBack(1), GivenBack(1), SignedOff],
            "`close` was dropped after {polls} polls, a fifth of a second after each other; left: what the server saw",
        );
    }
}

#[interleave::test]
async fn a_close_that_is_dropped_leaves_other_seats_alone() {
    let (licences, log, _) = slow();
    let (one, two) = (licences.seat().await, licences.seat().await);
    all_asleep().await;
    let closing = timeout(SECOND / 2, one.close()).await;
    assert!(closing.is_err(), "the server needs a second to answer, and `close` has returned");
    sleep(SECOND).await;
    drop(two);
    sleep(2 * SECOND).await;
    assert_eq!(
        log.events()[2..],
        [GivingBack(1), GivenBack(1), GivingBack(2), GivenBack(2)],
        "`close` of one seat was dropped half-way, and the other seat later; left: what the server saw",
    );
    licences.sign_off().await;
}

#[interleave::test(flavor = "current_thread")]
async fn signing_off_waits_for_seats_that_were_dropped() {
    let (licences, log, _) = slow();
    for seat in [licences.seat().await, licences.seat().await, licences.seat().await] {
        sleep(SECOND / 4).await; // The server is not done with the one before.
        drop(seat);
    }
    licences.sign_off().await;
    let events = log.events();
    assert_eq!(events.last(), Some(&SignedOff), "three seats were dropped; the server saw {events:?}");
    assert_eq!(
        [1, 2, 3].map(|seat| log.count(GivenBack(seat))),
        [1, 1, 1],
        "three seats were dropped, and then the office signed off; left: how often each was given back before that",
    );
}

#[interleave::test]
async fn signing_off_waits_for_seats_in_use() {
    let (licences, log, _) = slow();
    let (one, two) = (licences.seat().await, licences.seat().await);
    let start = Instant::now();
    let working = async {
        sleep(SECOND).await;
        drop(one);
        sleep(AGES).await;
        assert_eq!(
            log.events()[2..],
            [GivingBack(1), GivenBack(1)],
            "one of two seats is in use for a thousand seconds; left: what the server saw meanwhile"
        );
        assert_eq!(two.close().await, 20, "left: the minutes for seat 2");
    };
    tokio::join!(licences.sign_off(), working);
    assert_eq!(
        log.events()[4..],
        [GivingBack(2), GivenBack(2), SignedOff],
        "then the second seat was closed; left: what the server saw after that"
    );
    assert_eq!(start.elapsed(), AGES + 3 * SECOND, "left: when `sign_off` returned");
}

#[interleave::test(flavor = "current_thread")]
async fn signing_off_waits_although_all_seats_were_back_before() {
    let (licences, log, _) = gated(2);
    drop(licences.seat().await);
    all_asleep().await;
    let seat = licences.seat().await;
    all_asleep().await;
    let working = async {
        sleep(SECOND).await;
        assert_eq!(
            log.events(),
            [GivingBack(7), GivenBack(7)],
            "a seat is in use, and another one was given back before; left: what the server saw until now"
        );
        drop(seat);
    };
    tokio::join!(licences.sign_off(), working);
    assert_eq!(log.events()[2..], [GivingBack(7), GivenBack(7), SignedOff], "left: what the server saw after that");
}

#[interleave::test]
async fn signing_off_misses_no_seat() {
    let licences = Licences::new(Quick(HighWater::new()));
    let seat = licences.seat().await;
    all_asleep().await;
    // The server looks whether the seat is back.
    tokio::join!(licences.sign_off(), tokio::spawn(async move { drop(seat) })).1.unwrap();
}

#[interleave::test]
async fn without_signing_off_all_seats_are_given_back() {
    let (licences, log, is_alive) = slow();
    let (one, two) = (licences.seat().await, licences.seat().await);
    drop(one);
    all_asleep().await;
    drop(licences);
    sleep(2 * SECOND).await;
    drop(two);
    sleep(2 * SECOND).await;
    assert_eq!(
        log.events()[2..],
        [GivingBack(1), GivenBack(1), GivingBack(2), GivenBack(2)],
        "one seat was dropped, then the connection, and then the other seat; left: what the server saw",
    );
    assert!(is_alive.upgrade().is_none(), "the connection and all seats were dropped, but a task still has the server");
}

#[interleave::test]
async fn if_signing_off_is_given_up_all_seats_are_given_back() {
    let (licences, log, is_alive) = slow();
    let (one, two) = (licences.seat().await, licences.seat().await);
    drop(one);
    all_asleep().await;
    let signing_off = timeout(SECOND / 2, licences.sign_off()).await;
    assert!(signing_off.is_err(), "two seats are not given back yet, and `sign_off` has returned");
    sleep(2 * SECOND).await;
    drop(two);
    sleep(2 * SECOND).await;
    assert_eq!(
        log.events()[2..],
        [GivingBack(1), GivenBack(1), GivingBack(2), GivenBack(2)],
        "one seat was dropped, then `sign_off`, and then the other seat; left: what the server saw",
    );
    assert!(is_alive.upgrade().is_none(), "`sign_off` and all seats were dropped, but a task still has the server");
}

#[interleave::test]
async fn a_seat_that_is_not_taken_holds_up_nothing() {
    let (licences, log, _) = slow();
    let taking = timeout(SECOND / 2, licences.seat()).await;
    assert!(taking.is_err(), "the server needs a second to find a seat");
    licences.sign_off().await;
    assert_eq!(log.events(), [SignedOff], "a caller gave up before it had a seat; left: what the server saw");
}

#[interleave::test]
async fn those_who_wait_sleep() {
    let (licences, _, gate) = gated(0);
    let seat = licences.seat().await;
    let (signing_off, closing) = (CountingWaker::new(), CountingWaker::new());
    let mut sign_off = pin!(licences.sign_off());
    assert!(signing_off.poll(sign_off.as_mut()).is_pending(), "a seat is in use, and `sign_off` has returned");
    sleep(SECOND).await;
    assert_eq!(signing_off.wakes(), 0, "a seat was in use for a second; left: how often `sign_off` was woken");
    let mut close = pin!(seat.close());
    assert!(closing.poll(close.as_mut()).is_pending(), "the server has not answered, and `close` has returned");
    sleep(SECOND).await;
    assert_eq!(closing.wakes(), 0, "the server did not answer for a second; left: how often `close` was woken");
    gate.add_permits(1);
    assert_eq!(close.await, 70, "left: the minutes for seat 7");
    sign_off.await;
}

#[interleave::test]
async fn two_servers_are_independent() {
    let ((licences, log, _), (others, other_log, _)) = (gated(1), gated(1));
    let seat = licences.seat().await;
    all_asleep().await;
    let other_seat = others.seat().await;
    all_asleep().await;
    drop(seat);
    all_asleep().await;
    licences.sign_off().await;
    assert_eq!(log.events(), [GivingBack(7), GivenBack(7), SignedOff], "left: what one server saw");
    assert_eq!(other_log.events(), [], "a seat of the other server is in use; left: what that server saw");
    assert_eq!(other_seat.close().await, 70, "left: the minutes for the seat of the other server");
    all_asleep().await;
    others.sign_off().await;
    assert_eq!(other_log.events(), [GivingBack(7), GivenBack(7), SignedOff], "left: what the other server saw");
}
