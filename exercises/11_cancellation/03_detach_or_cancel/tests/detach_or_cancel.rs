use std::pin::pin;
use std::time::Duration;

use detach_or_cancel::{Gps, Ride, Workshop, on_async_std, on_smol, on_tokio};
use interleave::CountingWaker;
use smol::channel::{Receiver, RecvError, Sender, bounded, unbounded};

/// What differs between the runtimes.
trait Runtime {
    type Ride: Ride;

    const NAME: &str;

    /// Drops `ride` in a task, and waits for the end of that task.
    async fn drop_in_a_task(ride: Self::Ride);

    /// Lets all tasks go to sleep, so that what comes next finds them there. Real threads may need longer.
    async fn all_asleep();

    /// Sleeps, if there is a clock on which that takes no time. Otherwise this is `None`.
    fn sleep(duration: Duration) -> Option<impl Future<Output = ()>>;
}

const MINUTE: Duration = Duration::from_secs(60);

struct Tokio;

impl Runtime for Tokio {
    type Ride = on_tokio::Tracked;

    const NAME: &str = "tokio";

    async fn drop_in_a_task(ride: Self::Ride) {
        tokio::spawn(async move { drop(ride) }).await.unwrap();
    }

    async fn all_asleep() {
        tokio::time::sleep(MINUTE).await;
    }

    fn sleep(duration: Duration) -> Option<impl Future<Output = ()>> {
        Some(tokio::time::sleep(duration))
    }
}

struct AsyncStd;

impl Runtime for AsyncStd {
    type Ride = on_async_std::Tracked;

    const NAME: &str = "async-std";

    async fn drop_in_a_task(ride: Self::Ride) {
        async_std::task::spawn(async move { drop(ride) }).await;
    }

    async fn all_asleep() {
        interleave::settle();
    }

    fn sleep(duration: Duration) -> Option<impl Future<Output = ()>> {
        cfg!(feature = "explore").then(|| async_std::task::sleep(duration))
    }
}

struct Smol;

impl Runtime for Smol {
    type Ride = on_smol::Tracked;

    const NAME: &str = "smol";

    async fn drop_in_a_task(ride: Self::Ride) {
        smol::spawn(async move { drop(ride) }).await;
    }

    async fn all_asleep() {
        interleave::settle();
    }

    fn sleep(duration: Duration) -> Option<impl Future<Output = ()>> {
        cfg!(feature = "explore").then(|| async move {
            let _ = smol::Timer::after(duration).await;
        })
    }
}

/// What `event` returns, or `None` if it does not come within a minute of virtual time. Without that clock, this waits.
async fn soon<R: Runtime, T>(event: impl Future<Output = T>) -> Option<T> {
    let Some(minute) = R::sleep(MINUTE) else { return Some(event.await) };
    smol::future::or(async { Some(event.await) }, async {
        minute.await;
        None
    })
    .await
}

/// The runtime whose task this is.
fn runtime() -> &'static str {
    if tokio::runtime::Handle::try_current().is_ok() {
        "tokio"
    } else if async_std::task::try_current().is_some() {
        "async-std"
    } else {
        "smol"
    }
}

/// A GPS that says on which runtime it is asked, and waits for the positions that the test sends.
struct Antenna {
    asked: Sender<&'static str>,
    moved: Receiver<u32>,
    /// Nothing is ever sent. The channel closes when the GPS is dropped.
    _on: Sender<()>,
}

/// The test's end of a GPS.
struct Satellites {
    asked: Receiver<&'static str>,
    moves: Sender<u32>,
    on: Receiver<()>,
}

fn gps() -> (Antenna, Satellites) {
    let (asked, is_asked) = unbounded();
    let (moves, moved) = unbounded();
    let (on, is_on) = bounded(1);
    (Antenna { asked, moved, _on: on }, Satellites { asked: is_asked, moves, on: is_on })
}

impl Gps for Antenna {
    async fn moved(&mut self) -> Option<u32> {
        let _ = self.asked.try_send(runtime());
        self.moved.recv().await.ok()
    }
}

impl Satellites {
    /// Whether the GPS is dropped, without another position.
    async fn is_off<R: Runtime>(&self) -> bool {
        soon::<R, _>(self.on.recv()).await == Some(Err(RecvError))
    }
}

/// A workshop that is sent a report when the test opens the gate. It says on which runtime that is done.
struct Gated {
    gate: Receiver<()>,
    sent: Sender<(&'static str, String)>,
}

impl Workshop for Gated {
    async fn send(self, damage: String) {
        let _ = self.gate.recv().await;
        let _ = self.sent.try_send((runtime(), damage));
    }
}

fn workshop() -> (Gated, Sender<()>, Receiver<(&'static str, String)>) {
    let (open, gate) = bounded(1);
    let (sent, reports) = unbounded();
    (Gated { gate, sent }, open, reports)
}

async fn the_gps_is_off_after_the_ride<R: Runtime>() {
    // Exploring drops the ride before and after the first question anyway.
    let positions = if cfg!(feature = "explore") { 0..1 } else { 0..3 };
    for positions in positions {
        let (antenna, satellites) = gps();
        let ride = R::Ride::begin(antenna);
        for _ in 0..positions {
            satellites.moves.try_send(5).unwrap();
            satellites.asked.recv().await.unwrap();
        }
        R::drop_in_a_task(ride).await;
        assert!(
            satellites.is_off::<R>().await,
            "the ride was dropped after {positions} positions, there is no other position, and the GPS is still on",
        );
    }
}

async fn an_abandoned_length_ends_the_ride<R: Runtime>() {
    let (antenna, satellites) = gps();
    let ride = R::Ride::begin(antenna);
    {
        let mut length = pin!(ride.length());
        let polled = CountingWaker::new().poll(length.as_mut());
        assert!(polled.is_pending(), "the bicycle was not given back, and `length` has returned");
        // Here a timeout expires, and the caller drops `length`.
    }
    assert!(
        satellites.is_off::<R>().await,
        "`length` was dropped, and with it the ride; there is no position, and the GPS is still on",
    );
}

async fn an_unpolled_length_ends_its_ride_and_no_other<R: Runtime>() {
    let (antenna, satellites) = gps();
    let (other, other_satellites) = gps();
    let (ride, other) = (R::Ride::begin(antenna), R::Ride::begin(other));
    R::all_asleep().await;
    drop(ride.length());
    R::all_asleep().await;
    assert!(
        satellites.is_off::<R>().await,
        "`length` was dropped before its first poll, and so was the ride; no position comes, and the GPS is still on",
    );
    other_satellites.moves.try_send(7).unwrap();
    drop(other_satellites.moves);
    assert_eq!(other.length().await, 7, "another ride was dropped; left: the length of the one that was not");
}

async fn a_ride_is_tracked_to_its_end<R: Runtime>() {
    let (antenna, satellites) = gps();
    satellites.moves.try_send(5).unwrap();
    let ride = R::Ride::begin(antenna);
    assert_eq!(
        soon::<R, _>(satellites.asked.recv()).await,
        Some(Ok(R::NAME)),
        "a ride has begun, and nobody awaits it; left: the runtime on which the GPS was asked; `None`: it was not",
    );
    let waker = CountingWaker::new();
    let mut length = pin!(ride.length());
    assert!(waker.poll(length.as_mut()).is_pending(), "the bicycle was not given back, and `length` has returned");
    R::all_asleep().await;
    assert_eq!(waker.wakes(), 0, "the bicycle did not move; left: how often `length` was woken");
    satellites.moves.try_send(7).unwrap();
    drop(satellites.moves);
    assert_eq!(length.await, 12, "the bicycle moved 5 and 7 metres and was given back; left: the length of the ride");
    assert!(soon::<R, _>(satellites.on.recv()).await.is_some(), "the ride is over, and its GPS is still on");
}

async fn no_report_waits_for_another<R: Runtime>() {
    let (antenna, _satellites) = gps();
    let mut ride = R::Ride::begin(antenna);
    // One is enough to explore. In real mode, no limit may be small.
    let number = if cfg!(feature = "explore") { 1 } else { 50 };
    let mut under_way = Vec::new();
    for _ in 0..number {
        let (workshop, open, _sent) = workshop();
        ride.report(workshop, "flat tyre");
        under_way.push(open);
    }
    R::all_asleep().await;
    let (workshop, open, sent) = workshop();
    drop(open);
    ride.report(workshop, "no light");
    R::all_asleep().await;
    assert_eq!(
        soon::<R, _>(sent.recv()).await,
        Some(Ok((R::NAME, "no light".to_owned()))),
        "this was reported during the ride, and earlier reports are under way: {number}; left: what the workshop got",
    );
}

async fn reports_are_sent_although_the_ride_is_dropped<R: Runtime>() {
    let (antenna, satellites) = gps();
    let mut ride = R::Ride::begin(antenna);
    let (workshop, open, sent) = workshop();
    ride.report(workshop, "flat tyre");
    R::all_asleep().await;
    drop(ride);
    R::all_asleep().await;
    assert!(satellites.is_off::<R>().await, "the ride was dropped, a report is under way, and the GPS is still on");
    drop(open);
    assert_eq!(
        soon::<R, _>(sent.recv()).await,
        Some(Ok((R::NAME, "flat tyre".to_owned()))),
        "this was reported, then the ride was dropped, and now the workshop can be reached; left: what it got",
    );
}

async fn a_report_outlives_the_ride_that_has_ended<R: Runtime>() {
    let (antenna, satellites) = gps();
    let mut ride = R::Ride::begin(antenna);
    let (workshop, open, sent) = workshop();
    ride.report(workshop, "flat tyre");
    R::all_asleep().await;
    drop(satellites.moves);
    R::all_asleep().await;
    assert_eq!(
        soon::<R, _>(ride.length()).await,
        Some(0),
        "the bicycle was given back, and a report is under way; left: the length of the ride; `None`: it did not come",
    );
    drop(open);
    assert_eq!(
        soon::<R, _>(sent.recv()).await,
        Some(Ok((R::NAME, "flat tyre".to_owned()))),
        "this was reported, then the ride ended, and now the workshop can be reached; left: what it got",
    );
}

#[interleave::test]
async fn tokio_the_gps_is_off_after_the_ride() {
    the_gps_is_off_after_the_ride::<Tokio>().await;
}

#[interleave::test]
async fn tokio_an_abandoned_length_ends_the_ride() {
    an_abandoned_length_ends_the_ride::<Tokio>().await;
}

#[interleave::test]
async fn tokio_an_unpolled_length_ends_its_ride_and_no_other() {
    an_unpolled_length_ends_its_ride_and_no_other::<Tokio>().await;
}

#[interleave::test]
async fn tokio_a_ride_is_tracked_to_its_end() {
    a_ride_is_tracked_to_its_end::<Tokio>().await;
}

#[interleave::test]
async fn tokio_no_report_waits_for_another() {
    no_report_waits_for_another::<Tokio>().await;
}

#[interleave::test]
async fn tokio_reports_are_sent_although_the_ride_is_dropped() {
    reports_are_sent_although_the_ride_is_dropped::<Tokio>().await;
}

#[interleave::test]
async fn tokio_a_report_outlives_the_ride_that_has_ended() {
    a_report_outlives_the_ride_that_has_ended::<Tokio>().await;
}

/// The runtime is not known on that thread.
#[interleave::test]
async fn tokio_a_ride_may_be_dropped_on_any_thread() {
    let (antenna, satellites) = gps();
    let ride = on_tokio::Tracked::begin(antenna);
    let dropped = std::thread::spawn(move || drop(ride)).join();
    assert!(dropped.is_ok(), "a ride was dropped on a thread without a runtime, and its `drop` panicked");
    assert!(
        satellites.is_off::<Tokio>().await,
        "the ride was dropped on another thread, there is no position, and the GPS is still on",
    );
}

#[interleave::test(runtime = "async-std")]
async fn async_std_the_gps_is_off_after_the_ride() {
    the_gps_is_off_after_the_ride::<AsyncStd>().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_an_abandoned_length_ends_the_ride() {
    an_abandoned_length_ends_the_ride::<AsyncStd>().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_an_unpolled_length_ends_its_ride_and_no_other() {
    an_unpolled_length_ends_its_ride_and_no_other::<AsyncStd>().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_ride_is_tracked_to_its_end() {
    a_ride_is_tracked_to_its_end::<AsyncStd>().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_no_report_waits_for_another() {
    no_report_waits_for_another::<AsyncStd>().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_reports_are_sent_although_the_ride_is_dropped() {
    reports_are_sent_although_the_ride_is_dropped::<AsyncStd>().await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_report_outlives_the_ride_that_has_ended() {
    a_report_outlives_the_ride_that_has_ended::<AsyncStd>().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_the_gps_is_off_after_the_ride() {
    the_gps_is_off_after_the_ride::<Smol>().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_an_abandoned_length_ends_the_ride() {
    an_abandoned_length_ends_the_ride::<Smol>().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_an_unpolled_length_ends_its_ride_and_no_other() {
    an_unpolled_length_ends_its_ride_and_no_other::<Smol>().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_a_ride_is_tracked_to_its_end() {
    a_ride_is_tracked_to_its_end::<Smol>().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_no_report_waits_for_another() {
    no_report_waits_for_another::<Smol>().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_reports_are_sent_although_the_ride_is_dropped() {
    reports_are_sent_although_the_ride_is_dropped::<Smol>().await;
}

#[interleave::test(runtime = "smol")]
async fn smol_a_report_outlives_the_ride_that_has_ended() {
    a_report_outlives_the_ride_that_has_ended::<Smol>().await;
}
