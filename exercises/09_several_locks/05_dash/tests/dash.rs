use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dash::Rooms;
use interleave::CountingWaker;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::sleep;

/// The user joins the room. The inbox has room for this many messages.
fn enter(rooms: &Rooms, room: &str, user: u32, size: usize) -> Receiver<String> {
    let (outbox, inbox) = channel(size);
    rooms.join(room, user, outbox);
    inbox
}

/// What has arrived until now.
fn arrived(inbox: &mut Receiver<String>) -> Vec<String> {
    std::iter::from_fn(|| inbox.try_recv().ok()).collect()
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The result of a call that has nothing to wait for.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let ended = (0..10).find_map(|_| match poll(future.as_mut()) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    });
    ended.expect("every outbox has room, and the call waits")
}

#[interleave::test]
fn a_message_that_waits_locks_no_room() {
    let rooms = Rooms::new();
    let mut slow = enter(&rooms, "lobby", 1, 1);
    assert_eq!(at_once(rooms.send("lobby", "one")), 1, "one user is in the room; left: how many got the message");
    let mut second = pin!(rooms.send("lobby", "two"));
    assert!(poll(second.as_mut()).is_pending(), "an outbox is full, and the message did not wait");
    let _inbox = enter(&rooms, "lobby", 2, 8);
    assert_eq!(rooms.members("lobby"), [1, 2], "a user came in while a message waited; left: the users in the room");
    rooms.leave("lobby", 2);
    assert_eq!(rooms.members("lobby"), [1], "a user left while a message waited; left: the users in the room");
    assert_eq!(arrived(&mut slow), ["one"], "left: what the slow user has got until now");
    assert!(poll(second.as_mut()).is_ready(), "the outbox has room, and the message still waits");
    assert_eq!(arrived(&mut slow), ["two"], "left: what the slow user has got since");
}

#[interleave::test]
fn an_announcement_that_waits_locks_no_room() {
    let rooms = Rooms::new();
    let mut slow = ["lobby", "kitchen", "attic"].map(|room| enter(&rooms, room, 1, 1));
    assert_eq!(at_once(rooms.announce("one")), 3, "three rooms have a user each; left: how many messages were sent");
    let mut second = pin!(rooms.announce("two"));
    assert!(poll(second.as_mut()).is_pending(), "all outboxes are full, and the announcement did not wait");
    for room in ["lobby", "kitchen", "attic", "cellar"] {
        let _inbox = enter(&rooms, room, 2, 8);
        assert!(rooms.members(room).contains(&2), "a user came into the {room} while an announcement waited");
        rooms.leave(room, 2);
    }
    assert_eq!(rooms.names(), ["attic", "kitchen", "lobby"], "left: the rooms that exist");
    let mut ended = false;
    for _ in 0..3 {
        slow.iter_mut().for_each(|inbox| drop(arrived(inbox)));
        ended = ended || poll(second.as_mut()).is_ready();
    }
    assert!(ended, "all outboxes have room again, and the announcement still waits");
}

#[interleave::test]
async fn a_user_can_leave_while_a_task_sends() {
    let rooms = Arc::new(Rooms::new());
    let mut slow = enter(&rooms, "lobby", 1, 1);
    let _quick = enter(&rooms, "lobby", 2, 8);
    assert_eq!(at_once(rooms.send("lobby", "one")), 2, "two users are in the room; left: how many got the message");
    let sending = tokio::spawn({
        let rooms = Arc::clone(&rooms);
        async move { rooms.send("lobby", "two").await }
    });
    let leaving = tokio::spawn({
        let rooms = Arc::clone(&rooms);
        async move { rooms.leave("lobby", 2) }
    });
    leaving.await.unwrap();
    assert_eq!(slow.recv().await.as_deref(), Some("one"), "left: the first message");
    assert_eq!(slow.recv().await.as_deref(), Some("two"), "left: the second message");
    sending.await.unwrap();
    assert_eq!(rooms.members("lobby"), [1], "user 2 has left; left: the users in the room");
}

#[interleave::test]
fn the_last_user_who_leaves_closes_the_room() {
    let rooms = Rooms::new();
    let _inboxes = [("lobby", 1), ("lobby", 2), ("attic", 1)].map(|(room, user)| enter(&rooms, room, user, 1));
    rooms.leave("lobby", 1);
    assert_eq!(rooms.members("lobby"), [2], "one of two users has left; left: the users in the room");
    rooms.leave("lobby", 7);
    rooms.leave("cellar", 7);
    assert_eq!(rooms.names(), ["attic", "lobby"], "a user left rooms without being there; left: the rooms that exist");
    rooms.leave("lobby", 2);
    assert_eq!(rooms.names(), ["attic"], "the last user has left the lobby; left: the rooms that exist");
    assert_eq!(rooms.members("lobby"), [0; 0], "the last user has left the lobby; left: the users in it");
}

#[interleave::test]
fn a_user_who_joins_while_the_last_one_leaves_is_in_the_room() {
    let rooms = Rooms::new();
    let _last = enter(&rooms, "lobby", 1, 1);
    let mut next = std::thread::scope(|scope| {
        scope.spawn(|| rooms.leave("lobby", 1));
        enter(&rooms, "lobby", 2, 1)
    });
    assert_eq!(rooms.members("lobby"), [2], "user 1 has left, and user 2 has joined; left: the users in the room");
    assert_eq!(at_once(rooms.send("lobby", "hello")), 1, "left: how many users got a message");
    assert_eq!(arrived(&mut next), ["hello"], "left: what user 2 has got");
}

#[interleave::test]
fn a_user_whose_inbox_is_gone_is_taken_out() {
    let rooms = Rooms::new();
    let mut inboxes = [1, 2, 3].map(|user| Some(enter(&rooms, "lobby", user, 8)));
    inboxes[0] = None;
    let reached = at_once(rooms.send("lobby", "hello"));
    assert_eq!(reached, 2, "one of three inboxes is gone; left: how many users got the message");
    for inbox in inboxes.iter_mut().flatten() {
        assert_eq!(arrived(inbox), ["hello"], "another inbox is gone; left: what arrived in this one");
    }
    assert_eq!(rooms.members("lobby"), [2, 3], "the inbox of user 1 is gone; left: the users in the room");
    drop(inboxes);
    assert_eq!(at_once(rooms.send("lobby", "anybody?")), 0, "all inboxes are gone; left: how many got the message");
    assert_eq!(rooms.names(), [""; 0], "all inboxes are gone; left: the rooms that exist");
}

#[interleave::test]
fn an_announcement_takes_users_out_as_well() {
    let rooms = Rooms::new();
    let mut inbox = enter(&rooms, "lobby", 1, 8);
    for (room, user) in [("lobby", 2), ("attic", 3), ("cellar", 4)] {
        drop(enter(&rooms, room, user, 8));
    }
    let reached = at_once(rooms.announce("hello"));
    assert_eq!(reached, 1, "three of four inboxes are gone; left: how many users got the announcement");
    assert_eq!(arrived(&mut inbox), ["hello"], "left: what arrived in the inbox that still exists");
    assert_eq!(rooms.names(), ["lobby"], "only one user is left; left: the rooms that exist");
}

#[interleave::test]
fn a_user_who_has_joined_again_stays() {
    let rooms = Rooms::new();
    let mut slow = enter(&rooms, "lobby", 1, 1);
    let gone = enter(&rooms, "lobby", 2, 1);
    assert_eq!(at_once(rooms.send("lobby", "one")), 2, "two users are in the room; left: how many got the message");
    let mut second = pin!(rooms.send("lobby", "two"));
    assert!(poll(second.as_mut()).is_pending(), "both outboxes are full, and the message did not wait");
    // User 2 loses the connection and comes back, while the message waits.
    drop(gone);
    let mut back = enter(&rooms, "lobby", 2, 8);
    for _ in 0..3 {
        arrived(&mut slow);
        if poll(second.as_mut()).is_ready() {
            break;
        }
    }
    assert_eq!(rooms.members("lobby"), [1, 2], "user 2 came back while a message waited; left: the users in the room");
    arrived(&mut slow);
    arrived(&mut back);
    assert_eq!(at_once(rooms.send("lobby", "three")), 2, "both users are there; left: how many got the message");
    assert_eq!(arrived(&mut back), ["three"], "left: what arrived in the new inbox");
}

#[interleave::test]
fn a_user_who_joins_again_is_reached_at_the_new_inbox() {
    let rooms = Rooms::new();
    let mut before = enter(&rooms, "lobby", 1, 8);
    let mut after = enter(&rooms, "lobby", 1, 8);
    assert_eq!(at_once(rooms.send("lobby", "hello")), 1, "one user joined twice; left: how many users got the message");
    assert_eq!(arrived(&mut after), ["hello"], "left: what arrived in the new inbox");
    assert_eq!(arrived(&mut before), [""; 0], "left: what arrived in the earlier inbox");
}

#[interleave::test]
fn an_announcement_reaches_every_room() {
    let rooms = Rooms::new();
    let mut inboxes = [("lobby", 1), ("lobby", 2), ("attic", 1), ("cellar", 3), ("kitchen", 4), ("hall", 5)]
        .map(|(room, user)| enter(&rooms, room, user, 8));
    assert_eq!(at_once(rooms.announce("dinner")), 6, "five rooms have six members; left: how many messages were sent");
    for inbox in &mut inboxes {
        assert_eq!(arrived(inbox), ["dinner"], "left: what arrived in one of the six inboxes");
    }
}

#[interleave::test]
fn a_message_to_an_empty_room_makes_no_room() {
    let rooms = Rooms::new();
    assert_eq!(at_once(rooms.send("lobby", "hello")), 0, "there is no such room; left: how many users got the message");
    assert_eq!(at_once(rooms.announce("hello")), 0, "there are no rooms; left: how many users got the announcement");
    assert_eq!(rooms.members("lobby"), [0; 0], "there is no such room; left: the users in it");
    assert_eq!(rooms.names(), [""; 0], "nobody has joined; left: the rooms that exist");
}

#[interleave::test]
async fn a_slow_user_gets_every_message_in_order() {
    let rooms = Arc::new(Rooms::new());
    let mut slow = enter(&rooms, "lobby", 1, 1);
    let sending = tokio::spawn({
        let rooms = Arc::clone(&rooms);
        async move {
            for text in ["one", "two", "three"] {
                assert_eq!(rooms.send("lobby", text).await, 1, "one user is in the room; left: how many got {text:?}");
            }
        }
    });
    for text in ["one", "two", "three"] {
        sleep(Duration::from_secs(1000)).await;
        assert_eq!(slow.recv().await.as_deref(), Some(text), "left: the next message after a thousand seconds");
    }
    sending.await.unwrap();
}

#[interleave::test]
fn a_message_that_waits_sleeps() {
    let rooms = Rooms::new();
    let mut slow = enter(&rooms, "lobby", 1, 1);
    assert_eq!(at_once(rooms.send("lobby", "one")), 1, "one user is in the room; left: how many got the message");
    let waker = CountingWaker::new();
    let mut second = pin!(rooms.send("lobby", "two"));
    for _ in 0..3 {
        assert!(waker.poll(second.as_mut()).is_pending(), "the outbox is full, and the message did not wait");
    }
    assert_eq!(waker.wakes(), 0, "the outbox is still full; left: how often the task that sends was woken");
    assert_eq!(arrived(&mut slow), ["one"], "left: what the slow user has got until now");
    assert!(waker.wakes() > 0, "the outbox has room, and the task that sends was not woken");
    assert_eq!(waker.poll(second.as_mut()), Poll::Ready(1), "left: how many got the second message");
}

#[interleave::test]
fn a_message_that_is_dropped_does_not_arrive_later() {
    let rooms = Rooms::new();
    let mut slow = enter(&rooms, "lobby", 1, 1);
    assert_eq!(at_once(rooms.send("lobby", "one")), 1, "one user is in the room; left: how many got the message");
    {
        let mut second = pin!(rooms.send("lobby", "two"));
        assert!(poll(second.as_mut()).is_pending(), "the outbox is full, and the message did not wait");
    }
    assert_eq!(arrived(&mut slow), ["one"], "left: what the slow user has got until now");
    assert_eq!(at_once(rooms.send("lobby", "three")), 1, "one user is in the room; left: how many got the message");
    assert_eq!(arrived(&mut slow), ["three"], "the second message was dropped as it waited; left: what arrived since");
}

#[interleave::test]
fn a_slow_user_of_one_room_does_not_delay_another_room() {
    let rooms = Rooms::new();
    let _slow = enter(&rooms, "lobby", 1, 1);
    let mut quick = enter(&rooms, "attic", 2, 8);
    assert_eq!(at_once(rooms.send("lobby", "one")), 1, "one user is in the room; left: how many got the message");
    let mut waits = pin!(rooms.send("lobby", "two"));
    assert!(poll(waits.as_mut()).is_pending(), "the outbox is full, and the message did not wait");
    assert_eq!(at_once(rooms.send("attic", "hello")), 1, "a message waits elsewhere; left: how many got this one");
    assert_eq!(arrived(&mut quick), ["hello"], "left: what arrived in the other room");
}

#[interleave::test]
fn a_room_that_two_users_leave_at_the_same_time_is_gone() {
    let rooms = Rooms::new();
    let _inboxes = [1, 2].map(|user| enter(&rooms, "lobby", user, 1));
    std::thread::scope(|scope| {
        scope.spawn(|| rooms.leave("lobby", 1));
        rooms.leave("lobby", 2);
    });
    assert_eq!(rooms.names(), [""; 0], "both users have left, at the same time; left: the rooms that exist");
}

#[interleave::test]
fn a_user_who_comes_back_while_the_old_outbox_is_taken_out_stays() {
    let rooms = Rooms::new();
    drop(enter(&rooms, "lobby", 1, 1));
    let _back = std::thread::scope(|scope| {
        scope.spawn(|| at_once(rooms.send("lobby", "hello")));
        enter(&rooms, "lobby", 1, 1)
    });
    assert_eq!(
        rooms.members("lobby"),
        [1],
        "the inbox of user 1 was gone, and user 1 came back during a message; left: the users in the room"
    );
}

#[interleave::test]
fn a_user_whose_inbox_goes_while_a_message_waits_for_it_is_taken_out() {
    let rooms = Rooms::new();
    let slow = enter(&rooms, "lobby", 1, 1);
    let _elsewhere = enter(&rooms, "attic", 1, 1);
    assert_eq!(at_once(rooms.send("lobby", "one")), 1, "one user is in the room; left: how many got the message");
    let mut second = pin!(rooms.send("lobby", "two"));
    assert!(poll(second.as_mut()).is_pending(), "the outbox is full, and the message did not wait");
    drop(slow);
    assert_eq!(at_once(second), 0, "the message waited for an inbox that is gone; left: how many users got it");
    assert_eq!(
        rooms.names(),
        ["attic"],
        "the only inbox in the lobby went while a message waited for it, and the user's other inbox is in the attic; \
         left: the rooms that exist"
    );
}

#[interleave::test]
fn messages_that_wait_arrive_in_the_order_in_which_they_were_sent() {
    let rooms = Rooms::new();
    let mut slow = enter(&rooms, "lobby", 1, 1);
    assert_eq!(at_once(rooms.send("lobby", "one")), 1, "one user is in the room; left: how many got the message");
    let (mut second, mut third) = (pin!(rooms.send("lobby", "two")), pin!(rooms.send("lobby", "three")));
    assert!(poll(second.as_mut()).is_pending(), "the outbox is full, and the message did not wait");
    assert!(poll(third.as_mut()).is_pending(), "the outbox is full, and the message did not wait");
    let (mut got, mut ended) = (arrived(&mut slow), [false; 2]);
    for _ in 0..5 {
        ended[0] = ended[0] || poll(second.as_mut()).is_ready();
        ended[1] = ended[1] || poll(third.as_mut()).is_ready();
        got.extend(arrived(&mut slow));
    }
    assert_eq!(got, ["one", "two", "three"], "two messages waited for the same outbox; left: what arrived, in order");
}

#[interleave::test]
fn a_message_that_waits_takes_no_place_in_another_outbox() {
    let rooms = Rooms::new();
    let _slow = enter(&rooms, "lobby", 2, 1);
    let mut quick = [1, 3].map(|user| {
        let (outbox, inbox) = channel(1);
        rooms.join("lobby", user, outbox.clone());
        rooms.join("attic", user, outbox);
        inbox
    });
    assert_eq!(at_once(rooms.send("lobby", "one")), 3, "three users are in the room; left: how many got the message");
    quick.iter_mut().for_each(|inbox| drop(arrived(inbox)));
    let mut second = pin!(rooms.send("lobby", "two"));
    assert!(poll(second.as_mut()).is_pending(), "an outbox is full, and the message did not wait");
    quick.iter_mut().for_each(|inbox| drop(arrived(inbox)));
    let reached = at_once(rooms.send("attic", "hello"));
    assert_eq!(reached, 2, "a message in the lobby waits for user 2; left: how many users in the attic got this one");
}
