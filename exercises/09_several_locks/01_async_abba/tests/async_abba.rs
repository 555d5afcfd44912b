use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_abba::Booth;
use interleave::CountingWaker;
use tokio::sync::Semaphore;
use tokio::task::yield_now;

/// How long a device takes.
#[derive(Clone)]
enum Pace {
    AtOnce,
    /// It lets other tasks run before and after each step.
    Yields,
    /// Each step needs a permit of this semaphore, and waits if there is none.
    Permits(Arc<Semaphore>),
}

impl Pace {
    async fn step(&self) {
        match self {
            Pace::AtOnce => {}
            Pace::Yields => yield_now().await,
            Pace::Permits(permits) => permits.acquire().await.unwrap().forget(),
        }
    }
}

/// The exposure of a picture, and the angle that it shows.
type Picture = (u32, u32);

struct Camera {
    pace: Pace,
    exposure: u32,
    angle: Arc<AtomicU32>,
}

impl async_abba::Camera for Camera {
    type Picture = Picture;

    async fn expose(&mut self, exposure: u32) {
        self.pace.step().await;
        self.exposure = exposure;
    }

    async fn shoot(&mut self) -> Picture {
        self.pace.step().await;
        (self.exposure, self.angle.load(Ordering::SeqCst))
    }
}

/// Notes where it was turned to.
struct Table {
    pace: Pace,
    angle: Arc<AtomicU32>,
    turns: Turns,
}

impl async_abba::Table for Table {
    async fn turn_to(&mut self, angle: u32) {
        self.pace.step().await;
        self.angle.store(angle, Ordering::SeqCst);
        self.turns.lock().unwrap().push(angle);
    }
}

/// Where a table was turned to so far.
type Turns = Arc<Mutex<Vec<u32>>>;

fn booth(camera: Pace, table: Pace) -> (Arc<Booth<Camera, Table>>, Turns) {
    let (angle, turns) = (Arc::new(AtomicU32::new(0)), Turns::default());
    let camera = Camera { pace: camera, exposure: 0, angle: Arc::clone(&angle) };
    let table = Table { pace: table, angle, turns: Arc::clone(&turns) };
    (Arc::new(Booth::new(camera, table)), turns)
}

#[interleave::test(early_deadlines)]
async fn a_photograph_and_a_panorama_never_deadlock() {
    let (booth, _) = booth(Pace::Yields, Pace::AtOnce);
    let photograph = tokio::spawn({
        let booth = Arc::clone(&booth);
        async move { booth.photograph(1, 10).await }
    });
    assert_eq!(
        booth.panorama(2, &[20, 30]).await,
        [(2, 20), (2, 30)],
        "while another task took a photograph, a panorama from 20 and 30 degrees with exposure 2 was taken; left: the \
         exposures and angles of its pictures"
    );
    assert_eq!(
        photograph.await.unwrap(),
        (1, 10),
        "while another task took a panorama, a photograph from 10 degrees with exposure 1 was taken"
    );
}

/// `join!` polls both in turns, in one task: where one waits, the other goes on.
#[interleave::test(early_deadlines)]
async fn in_one_task_they_do_not_deadlock_either() {
    let (booth, _) = booth(Pace::Yields, Pace::Yields);
    let (photograph, panorama) = tokio::join!(booth.photograph(1, 10), booth.panorama(2, &[20]));
    assert_eq!(photograph, (1, 10), "a photograph from 10 degrees with exposure 1 was taken");
    assert_eq!(panorama, [(2, 20)], "a panorama from 20 degrees with exposure 2 was taken");
}

#[interleave::test]
async fn nobody_turns_the_table_before_a_picture_is_taken() {
    let (booth, _) = booth(Pace::AtOnce, Pace::AtOnce);
    let placing = tokio::spawn({
        let booth = Arc::clone(&booth);
        async move { booth.turn_to(90).await }
    });
    assert_eq!(
        booth.photograph(1, 10).await.1,
        10,
        "the table turned to 10 degrees and on to 90 (left), then the picture"
    );
    placing.await.unwrap();
}

#[interleave::test]
async fn nobody_changes_the_exposure_before_a_picture_is_taken() {
    let (booth, _) = booth(Pace::AtOnce, Pace::AtOnce);
    let preview = tokio::spawn({
        let booth = Arc::clone(&booth);
        async move { booth.preview(7).await }
    });
    assert_eq!(booth.photograph(1, 10).await.0, 1, "a picture with exposure 1 was asked for; it has that of a preview");
    assert_eq!(preview.await.unwrap().0, 7, "a preview with exposure 7 was asked for; it has that of a photograph");
}

#[interleave::test]
async fn nobody_changes_the_exposure_during_a_panorama() {
    let (booth, _) = booth(Pace::AtOnce, Pace::AtOnce);
    let preview = tokio::spawn({
        let booth = Arc::clone(&booth);
        async move { booth.preview(7).await }
    });
    assert_eq!(
        booth.panorama(1, &[10, 20]).await,
        [(1, 10), (1, 20)],
        "a panorama with exposure 1 was asked for; some of its pictures have that of a preview"
    );
    assert_eq!(preview.await.unwrap().0, 7, "a preview with exposure 7 was asked for; it has that of a panorama");
}

#[interleave::test]
async fn nobody_turns_the_table_during_a_panorama() {
    let (booth, turns) = booth(Pace::AtOnce, Pace::AtOnce);
    let placing = tokio::spawn({
        let booth = Arc::clone(&booth);
        async move { booth.turn_to(90).await }
    });
    assert_eq!(booth.panorama(1, &[10, 20]).await, [(1, 10), (1, 20)], "the panorama goes from 10 to 20 degrees");
    placing.await.unwrap();
    let turns = turns.lock().unwrap();
    assert!(
        turns[..] == [10, 20, 90] || turns[..] == [90, 10, 20],
        "a panorama turned the table to 10 and 20 degrees, and another task turned it to 90 in between: {turns:?}"
    );
}

#[interleave::test]
async fn no_photograph_is_taken_during_a_panorama() {
    let (booth, turns) = booth(Pace::AtOnce, Pace::AtOnce);
    let photograph = tokio::spawn({
        let booth = Arc::clone(&booth);
        async move { booth.photograph(2, 90).await }
    });
    assert_eq!(booth.panorama(1, &[10, 20]).await, [(1, 10), (1, 20)], "the panorama goes from 10 to 20 degrees");
    assert_eq!(photograph.await.unwrap(), (2, 90), "a photograph from 90 degrees with exposure 2 was taken");
    let turns = turns.lock().unwrap();
    assert!(
        turns[..] == [10, 20, 90] || turns[..] == [90, 10, 20],
        "a panorama turned the table to 10 and 20 degrees, and a photograph turned it to 90 in between: {turns:?}"
    );
}

#[interleave::test]
async fn a_panorama_has_a_picture_of_each_angle() {
    let (booth, turns) = booth(Pace::AtOnce, Pace::AtOnce);
    let pictures = booth.panorama(3, &[270, 0, 0, 90]).await;
    assert_eq!(
        pictures,
        [(3, 270), (3, 0), (3, 0), (3, 90)],
        "one picture from each angle, in the order of the angles"
    );
    assert_eq!(booth.panorama(4, &[]).await, [], "a panorama of no angles has no pictures");
    assert_eq!(turns.lock().unwrap().last(), Some(&90), "a panorama of no angles turns nothing");
    assert_eq!(booth.preview(5).await, (5, 90), "the table was turned to 90 degrees last");
}

#[interleave::test]
async fn a_preview_does_not_wait_for_the_table() {
    let (booth, _) = booth(Pace::AtOnce, Pace::Permits(Arc::new(Semaphore::new(0))));
    let task = CountingWaker::new();
    let mut turning = pin!(booth.turn_to(90));
    assert!(task.poll(turning.as_mut()).is_pending(), "the table is turning");
    let preview = task.poll(pin!(booth.preview(7)));
    assert_eq!(preview, Poll::Ready((7, 0)), "the table is turning, and the camera is free; `preview` waits");
}

#[interleave::test]
async fn turning_does_not_wait_for_the_camera() {
    let (booth, _) = booth(Pace::Permits(Arc::new(Semaphore::new(0))), Pace::AtOnce);
    let task = CountingWaker::new();
    let mut preview = pin!(booth.preview(7));
    assert!(task.poll(preview.as_mut()).is_pending(), "the camera is busy");
    let turned = task.poll(pin!(booth.turn_to(90)));
    assert!(turned.is_ready(), "the camera is busy, and the table is free; `turn_to` waits");
}

/// A device that a call may wait for.
#[derive(Clone, Copy, Debug)]
enum Busy {
    Camera,
    Table,
}

/// A call that needs both devices.
#[derive(Clone, Copy, Debug)]
enum Call {
    Photograph,
    Panorama,
}

const CASES: [(Busy, Call); 4] = [
    (Busy::Camera, Call::Photograph),
    (Busy::Camera, Call::Panorama),
    (Busy::Table, Call::Photograph),
    (Busy::Table, Call::Panorama),
];

/// A booth with one device that is busy until it gets permits.
fn half_busy_booth(busy: Busy) -> (Arc<Booth<Camera, Table>>, Arc<Semaphore>) {
    let permits = Arc::new(Semaphore::new(0));
    let slow = Pace::Permits(Arc::clone(&permits));
    let (camera, table) = match busy {
        Busy::Camera => (slow, Pace::AtOnce),
        Busy::Table => (Pace::AtOnce, slow),
    };
    (booth(camera, table).0, permits)
}

/// Uses one device.
async fn occupy(booth: &Booth<Camera, Table>, device: Busy) {
    match device {
        Busy::Camera => drop(booth.preview(7).await),
        Busy::Table => booth.turn_to(90).await,
    }
}

/// Uses both devices, and returns the picture.
fn call(booth: &Booth<Camera, Table>, call: Call) -> Pin<Box<dyn Future<Output = Picture> + Send + '_>> {
    match call {
        Call::Photograph => Box::pin(booth.photograph(1, 10)),
        Call::Panorama => Box::pin(async { booth.panorama(1, &[10]).await[0] }),
    }
}

#[interleave::test]
async fn a_call_that_waits_sleeps() {
    for (busy, kind) in CASES {
        let (booth, permits) = half_busy_booth(busy);
        let (holder, task) = (CountingWaker::new(), CountingWaker::new());
        let mut occupied = pin!(occupy(&booth, busy));
        assert!(holder.poll(occupied.as_mut()).is_pending(), "the {busy:?} is busy");
        let mut waiting = call(&booth, kind);
        for _ in 0..10 {
            assert!(task.poll(waiting.as_mut()).is_pending(), "the {busy:?} is busy, and a {kind:?} needs it");
            yield_now().await;
        }
        // The clock is paused, so this takes no time. It wakes a call that has set itself a timer.
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(task.wakes(), 0, "the {busy:?} is busy; left: how often a waiting {kind:?} was woken meanwhile");
        permits.add_permits(10);
        occupied.await;
        assert_eq!(waiting.await, (1, 10), "the {busy:?} is free again");
    }
}

#[interleave::test]
async fn each_device_is_free_when_a_photograph_is_taken() {
    let (booth, permits) = half_busy_booth(Busy::Camera);
    let (task, turner, viewer) = (CountingWaker::new(), CountingWaker::new(), CountingWaker::new());
    let mut photograph = pin!(booth.photograph(1, 10));
    assert!(task.poll(photograph.as_mut()).is_pending(), "the camera needs a permit, and there is none");
    let (mut preview, mut turning) = (pin!(booth.preview(7)), pin!(booth.turn_to(90)));
    assert!(viewer.poll(preview.as_mut()).is_pending(), "a photograph uses the camera");
    let waits = turner.poll(turning.as_mut()).is_pending();
    // Enough for the photograph. The preview gets the camera, and waits for another permit.
    permits.add_permits(2);
    assert_eq!(photograph.await, (1, 10), "a photograph from 10 degrees with exposure 1 was taken");
    assert!(viewer.poll(preview.as_mut()).is_pending(), "the camera needs a permit, and there is none");
    if waits {
        assert!(turner.wakes() > 0, "a photograph was taken, and the table is free; a waiting `turn_to` sleeps");
        assert!(
            turner.poll(turning.as_mut()).is_ready(),
            "a preview uses the camera, and the table is free; `turn_to` waits"
        );
    }
}

#[interleave::test]
async fn a_dropped_call_leaves_both_devices_free() {
    for (busy, kind) in CASES {
        let (booth, permits) = half_busy_booth(busy);
        let task = CountingWaker::new();
        let mut occupied = pin!(occupy(&booth, busy));
        assert!(task.poll(occupied.as_mut()).is_pending(), "the {busy:?} is busy");
        let mut dropped = call(&booth, kind);
        assert!(task.poll(dropped.as_mut()).is_pending(), "the {busy:?} is busy, and a {kind:?} needs it");
        let mut next = pin!(booth.photograph(2, 20));
        assert!(task.poll(next.as_mut()).is_pending(), "the {busy:?} is busy, and a photograph needs it");
        // As a timeout does.
        drop(dropped);
        permits.add_permits(10);
        occupied.await;
        assert_eq!(
            task.poll(next.as_mut()),
            Poll::Ready((2, 20)),
            "a {kind:?} was dropped while it waited for the {busy:?}. Now both devices are free, and the photograph behind it \
             waits"
        );
        assert_eq!(task.poll(pin!(booth.preview(3))), Poll::Ready((3, 20)), "both devices are free; a preview waits");
        assert!(task.poll(pin!(booth.turn_to(0))).is_ready(), "both devices are free; the table cannot be turned");
    }
}

#[interleave::test]
async fn two_booths_share_nothing() {
    for (busy, kind) in CASES {
        let (busy_booth, _permits) = half_busy_booth(busy);
        let task = CountingWaker::new();
        let mut occupied = pin!(occupy(&busy_booth, busy));
        assert!(task.poll(occupied.as_mut()).is_pending(), "the {busy:?} of one booth is busy");
        let mut waiting = call(&busy_booth, kind);
        assert!(task.poll(waiting.as_mut()).is_pending(), "the {busy:?} of one booth is busy");
        let (other, _) = booth(Pace::AtOnce, Pace::AtOnce);
        for also in [Call::Photograph, Call::Panorama] {
            assert_eq!(
                task.poll(call(&other, also).as_mut()),
                Poll::Ready((1, 10)),
                "this booth is free; a {also:?} waits for a {kind:?} in another booth"
            );
        }
    }
}
