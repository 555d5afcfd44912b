use std::sync::Arc;
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
        0 => "Ada".to_owned(),
        1 => "Ben".to_owned(),
        2 => "Cleo".to_owned(),
        _ => format!("visitor {id:03}"),
    }
}

#[interleave::test]
async fn the_display_shows_everybody() {
    let room = Arc::new(Room::new(Known));
    let _ada = room.enter(0).await;
    let entering = tokio::spawn({
        let room = Arc::clone(&room);
        async move { room.enter(1).await }
    });
    let names = room.names();
    let _ben = entering.await.unwrap();
    assert!(
        names.contains(&name_of(0)),
        "Ada is in the room all the time, and while Ben entered the display showed {names:?}",
    );
    assert_eq!(room.names(), ["Ada", "Ben"], "both are in the room");
}

#[interleave::test]
async fn names_are_in_the_order_of_the_numbers() {
    let room = Room::new(Known);
    let _visits = (room.enter(2).await, room.enter(0).await, room.enter(1).await);
    assert_eq!(room.names(), ["Ada", "Ben", "Cleo"], "numbers 2, 0 and 1 entered, in this order");
}

#[interleave::test]
async fn a_person_who_leaves_is_gone() {
    let room = Arc::new(Room::new(Known));
    let ada = room.enter(0).await;
    let entering = tokio::spawn({
        let room = Arc::clone(&room);
        async move { room.enter(1).await }
    });
    drop(ada);
    let _ben = entering.await.unwrap();
    assert_eq!(
        room.names(),
        ["Ben"],
        "Ada left while Ben entered; her visit has been dropped, so nothing will ever remove her",
    );
}

#[interleave::test]
async fn two_leave_at_once() {
    let room = Arc::new(Room::new(Known));
    let (ada, ben) = (room.enter(0).await, room.enter(1).await);
    let _cleo = room.enter(2).await;
    let leaving = tokio::spawn(async move { drop(ada) });
    drop(ben);
    leaving.await.unwrap();
    assert_eq!(room.names(), ["Cleo"], "Ada and Ben left at the same moment");
}

#[interleave::test]
async fn a_dropped_visit_is_over_at_once() {
    let room = Room::new(Known);
    assert_eq!(room.names(), [""; 0], "nobody has entered");
    let ada = room.enter(0).await;
    assert_eq!(room.names(), ["Ada"], "Ada has entered");
    drop(ada);
    assert_eq!(room.names(), [""; 0], "Ada's visit has been dropped, and she is still on display");
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
    assert_eq!(room.names(), ["Ben"], "Ada came and went, Cleo left, Ben entered");
}

#[interleave::test]
async fn it_works_on_threads_without_a_runtime() {
    let room = Room::new(Known);
    let (ada, _ben) = (room.enter(0).await, room.enter(1).await);
    let names = std::thread::scope(|scope| {
        let display = scope.spawn(|| {
            drop(ada);
            room.names()
        });
        display.join().expect("`drop` or `names` panicked on a thread that runs no tasks")
    });
    assert_eq!(names, ["Ben"], "Ada's visit was dropped on the thread of the display, which then asked for the names");
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
async fn a_cancelled_enter_lets_nobody_in() {
    cancel_at_every_await(
        || Room::new(Hesitant),
        async |room: &Room<Hesitant>| {
            let visit = room.enter(0).await;
            assert_eq!(room.names(), ["Ada"], "Ada has entered");
            drop(visit);
        },
        |room, cancelled| {
            let nobody: [&str; 0] = [];
            match cancelled {
                Cancelled::At(_) => assert_eq!(room.names(), nobody, "Ada's `enter` was {cancelled}, so she is not in"),
                Cancelled::Never => assert_eq!(room.names(), nobody, "Ada has left"),
            }
        },
    );
}

#[interleave::test]
async fn two_rooms_share_nothing() {
    let (room, other) = (Room::new(Known), Room::new(Known));
    let _ada = room.enter(0).await;
    let ben = other.enter(1).await;
    assert_eq!(
        (room.names(), other.names()),
        (vec![name_of(0)], vec![name_of(1)]),
        "Ada is in one room, Ben in another"
    );
    drop(ben);
    let nobody: [&str; 0] = [];
    assert_eq!(other.names(), nobody, "Ben has left his room");
    assert_eq!(room.names(), ["Ada"], "Ben has left another room");
}

const LOOK_UP: Duration = Duration::from_millis(100);

/// Takes `LOOK_UP` to find a name.
struct SlowDirectory;

impl Directory for SlowDirectory {
    async fn name(&self, id: u32) -> String {
        sleep(LOOK_UP).await;
        name_of(id)
    }
}

#[interleave::test(real_only)]
async fn two_hundred_enter_in_the_time_of_one() {
    let room = Arc::new(Room::new(SlowDirectory));
    let start = Instant::now();
    let enter = |id| {
        let room = Arc::clone(&room);
        tokio::spawn(async move { room.enter(id).await })
    };
    let entering: Vec<_> = (0..200).map(enter).collect();
    let mut visits = Vec::new();
    for task in entering {
        visits.push(task.await.unwrap());
    }
    assert_eq!(start.elapsed(), LOOK_UP, "200 names were looked up: some look-ups waited for others");
    assert_eq!(room.names(), (0..200).map(name_of).collect::<Vec<_>>(), "200 people have entered");
}
