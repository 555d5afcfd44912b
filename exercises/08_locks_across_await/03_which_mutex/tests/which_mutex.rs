use std::sync::Arc;
use std::time::Duration;

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
    ["Ada", "Ben", "Cleo"][id as usize].to_owned()
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
async fn whoever_leaves_is_gone() {
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
async fn a_dropped_visit_is_over() {
    let room = Room::new(Known);
    let ada = room.enter(0).await;
    assert_eq!(room.names(), ["Ada"], "Ada has entered");
    drop(ada);
    assert_eq!(room.names(), Vec::<String>::new(), "Ada's visit has been dropped, and she is still on display");
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
async fn two_enter_in_the_time_of_one() {
    let room = Room::new(SlowDirectory);
    let start = Instant::now();
    let _visits = tokio::join!(room.enter(0), room.enter(1));
    assert_eq!(start.elapsed(), LOOK_UP, "two names are looked up; the second look-up waited for the first");
    assert_eq!(room.names(), ["Ada", "Ben"], "both have entered");
}
