use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use interleave::{Cancelled, cancel_at_every_await};
use tokio::time::{Instant, sleep};
use which_mutex::{Directory, Room};

/// Knows everybody at once.
struct Known;

impl Directory for Known {
    async fn name(&self, id: u32) -> String {
        name_of(id)
    }
}

fn name_of(id: u32) -> String {
    match id {
        0 => "Zoe".to_owned(),
        1 => "Ben".to_owned(),
        2 => "Cleo".to_owned(),
        _ => format!("visitor {id}"),
    }
}

#[interleave::test]
async fn the_display_shows_everybody() {
    let room = Arc::new(Room::new(Known));
    let _zoe = room.enter(0).await;
    let entering = tokio::spawn({
        let room = Arc::clone(&room);
        async move { room.enter(1).await }
    });
    let names = room.names();
    let _ben = entering.await.unwrap();
    assert!(
        names.contains(&name_of(0)),
        "Zoe is in the room all the time, and while Ben entered the display showed {names:?}",
    );
    assert_eq!(room.names(), ["Zoe", "Ben"], "both are in the room");
}

#[interleave::test]
async fn names_are_in_the_order_of_the_numbers() {
    let room = Room::new(Known);
    let _visits = (room.enter(2).await, room.enter(0).await, room.enter(1).await);
    assert_eq!(room.names(), ["Zoe", "Ben", "Cleo"], "numbers 2, 0 and 1 entered, in this order");
}

/// All have the same name, and each time that it is asked for, it is another one.
#[derive(Default)]
struct Namesakes(AtomicU32);

impl Directory for Namesakes {
    async fn name(&self, _id: u32) -> String {
        format!("Sam {}", self.0.fetch_add(1, Ordering::SeqCst) / 2)
    }
}

#[interleave::test]
async fn each_visit_has_its_own_name() {
    let room = Room::new(Namesakes::default());
    let (first, second) = (room.enter(0).await, room.enter(1).await);
    assert_eq!(room.names(), ["Sam 0", "Sam 0"], "two people of the same name have entered");
    drop(first);
    assert_eq!(room.names(), ["Sam 0"], "one of two people of the same name has left");
    let _third = room.enter(0).await;
    assert_eq!(room.names(), ["Sam 1", "Sam 0"], "number 0 entered once more, and has another name now");
    drop(second);
    assert_eq!(room.names(), ["Sam 1"], "number 1 has left");
}

#[interleave::test]
async fn a_person_who_leaves_is_gone() {
    let room = Arc::new(Room::new(Known));
    let zoe = room.enter(0).await;
    let entering = tokio::spawn({
        let room = Arc::clone(&room);
        async move { room.enter(1).await }
    });
    drop(zoe);
    let _ben = entering.await.unwrap();
    assert_eq!(
        room.names(),
        ["Ben"],
        "Zoe left while Ben entered; her visit has been dropped, so nothing will ever remove her",
    );
}

#[interleave::test]
async fn two_leave_at_once() {
    let room = Arc::new(Room::new(Known));
    let (zoe, ben) = (room.enter(0).await, room.enter(1).await);
    let _cleo = room.enter(2).await;
    let leaving = tokio::spawn(async move { drop(zoe) });
    drop(ben);
    leaving.await.unwrap();
    assert_eq!(room.names(), ["Cleo"], "Zoe and Ben left at the same moment");
}

#[interleave::test]
async fn a_dropped_visit_is_over_at_once() {
    let room = Room::new(Known);
    assert_eq!(room.names(), [""; 0], "nobody has entered");
    let zoe = room.enter(0).await;
    assert_eq!(room.names(), ["Zoe"], "Zoe has entered");
    drop(zoe);
    assert_eq!(room.names(), [""; 0], "Zoe's visit has been dropped, and she is still on display");
}

/// Two worker threads, three tasks that enter or leave. A thread that blocks until a task unlocks keeps that task from
/// running, if it is in this thread's queue.
#[interleave::test(worker_threads = 2)]
async fn leaving_blocks_no_thread_that_others_need() {
    let room = Arc::new(Room::new(Known));
    let cleo = room.enter(2).await;
    let in_and_out = tokio::spawn({
        let room = Arc::clone(&room);
        async move { drop(room.enter(0).await) }
    });
    let entering = tokio::spawn({
        let room = Arc::clone(&room);
        async move { room.enter(1).await }
    });
    let leaving = tokio::spawn(async move { drop(cleo) });
    in_and_out.await.unwrap();
    leaving.await.unwrap();
    let _ben = entering.await.unwrap();
    assert_eq!(room.names(), ["Ben"], "Zoe came and went, Cleo left, Ben entered");
}

#[interleave::test]
async fn it_works_on_threads_without_a_runtime() {
    let room = Room::new(Known);
    let (zoe, _ben) = (room.enter(0).await, room.enter(1).await);
    let names = std::thread::scope(|scope| {
        let display = scope.spawn(|| {
            drop(zoe);
            room.names()
        });
        display.join().expect("`drop` or `names` panicked on a thread that runs no tasks")
    });
    assert_eq!(names, ["Ben"], "Zoe's visit was dropped on the thread of the display, which then asked for the names");
}

/// Knows everybody on the third poll.
struct Hesitant;

impl Directory for Hesitant {
    async fn name(&self, id: u32) -> String {
        interleave::yield_now().await;
        interleave::yield_now().await;
        name_of(id)
    }
}

#[interleave::test(real_only)]
async fn a_person_whose_name_is_looked_up_is_not_in_yet() {
    let room = Room::new(Hesitant);
    let _ben = room.enter(1).await;
    let mut entering = pin!(room.enter(0));
    let mut polls = 0;
    let _zoe = poll_fn(|context| {
        polls += 1;
        let polled = entering.as_mut().poll(context);
        if polled.is_pending() {
            assert_eq!(room.names(), ["Ben"], "Zoe's `enter` is still waiting after {polls} polls, and Ben is in");
        }
        polled
    })
    .await;
    assert_eq!(room.names(), ["Zoe", "Ben"], "Zoe's `enter` has returned");
}

#[interleave::test(real_only)]
async fn a_cancelled_enter_lets_nobody_in() {
    cancel_at_every_await(
        || Room::new(Hesitant),
        async |room: &Room<Hesitant>| {
            let visit = room.enter(0).await;
            assert_eq!(room.names(), ["Zoe"], "Zoe has entered");
            drop(visit);
        },
        |room, cancelled| {
            let nobody: [&str; 0] = [];
            match cancelled {
                Cancelled::At(_) => assert_eq!(room.names(), nobody, "Zoe's `enter` was {cancelled}, so she is not in"),
                Cancelled::Never => assert_eq!(room.names(), nobody, "Zoe has left"),
            }
        },
    );
}

#[interleave::test]
async fn two_rooms_share_nothing() {
    let (room, other) = (Room::new(Known), Room::new(Known));
    let _zoe = room.enter(0).await;
    let ben = other.enter(1).await;
    assert_eq!(
        (room.names(), other.names()),
        (vec![name_of(0)], vec![name_of(1)]),
        "Zoe is in one room, Ben in another"
    );
    drop(ben);
    let nobody: [&str; 0] = [];
    assert_eq!(other.names(), nobody, "Ben has left his room");
    assert_eq!(room.names(), ["Zoe"], "Ben has left another room");
}

const LOOK_UP: Duration = Duration::from_secs(3);

/// Takes `LOOK_UP` to find a name.
struct SlowDirectory;

impl Directory for SlowDirectory {
    async fn name(&self, id: u32) -> String {
        sleep(LOOK_UP).await;
        name_of(id)
    }
}

#[interleave::test(real_only)]
async fn a_thousand_enter_in_the_time_of_one() {
    let room = Arc::new(Room::new(SlowDirectory));
    let start = Instant::now();
    let enter = |id| {
        let room = Arc::clone(&room);
        tokio::spawn(async move { room.enter(id).await })
    };
    let entering: Vec<_> = (0..1_000).map(enter).collect();
    let mut visits = Vec::new();
    for task in entering {
        visits.push(task.await.unwrap());
    }
    assert_eq!(start.elapsed(), LOOK_UP, "1,000 names were looked up: some look-ups waited for others");
    assert_eq!(room.names(), (0..1_000).map(name_of).collect::<Vec<_>>(), "1,000 people have entered");
}
