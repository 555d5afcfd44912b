//! verdict: failing-test a_user_whose_inbox_is_gone_is_taken_out
//! Stops at the first inbox that is gone. The others get nothing.
//!
//! Chat rooms and the users in them.

use std::collections::BTreeMap;

use dashmap::DashMap;
use tokio::sync::mpsc::Sender;

/// The outboxes of the users in a room.
type Members = BTreeMap<u32, Sender<String>>;

/// The rooms of a chat server. A room exists as long as somebody is in it.
#[derive(Default)]
pub struct Rooms {
    rooms: DashMap<String, Members>,
}

impl Rooms {
    /// No rooms.
    pub fn new() -> Self {
        Self { rooms: DashMap::new() }
    }

    /// `user` joins `room` and gets its messages through `outbox`, which replaces the outbox of an earlier join.
    pub fn join(&self, room: &str, user: u32, outbox: Sender<String>) {
        self.rooms.entry(room.to_owned()).or_default().insert(user, outbox);
    }

    /// `user` leaves `room`. If nobody is left in it, the room is removed.
    pub fn leave(&self, room: &str, user: u32) {
        self.take_out(room, |id, _| id == user);
    }

    /// Takes users out, and the room if it is empty then. In one step, under the lock of the shard.
    fn take_out(&self, room: &str, leaves: impl Fn(u32, &Sender<String>) -> bool) {
        self.rooms.remove_if_mut(room, |_, members| {
            members.retain(|user, outbox| !leaves(*user, outbox));
            members.is_empty()
        });
    }

    /// The users in `room`, in ascending order.
    pub fn members(&self, room: &str) -> Vec<u32> {
        self.rooms.get(room).map(|members| members.keys().copied().collect()).unwrap_or_default()
    }

    /// The rooms that exist, in ascending order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.rooms.iter().map(|room| room.key().clone()).collect();
        names.sort_unstable();
        names
    }

    /// Sends `text` to everybody in `room`, and waits while an outbox is full. Returns how many users got it. A user
    /// whose inbox is gone is taken out of the room.
    ///
    /// A message to another room does not wait for this one. If this call is dropped, it sends nothing more.
    pub async fn send(&self, room: &str, text: &str) -> usize {
        // A copy: the reference into the map is dropped at the semicolon.
        let members = self.rooms.get(room).map(|members| members.clone()).unwrap_or_default();
        let mut reached = 0;
        for outbox in members.values() {
            if outbox.send(text.to_owned()).await.is_err() {
                break;
            }
            reached += 1;
        }
        if reached < members.len() {
            self.take_out(room, |_, outbox| outbox.is_closed());
        }
        reached
    }

    /// Sends `text` to everybody in every room. Returns how many messages were sent.
    pub async fn announce(&self, text: &str) -> usize {
        let mut reached = 0;
        for room in self.names() {
            reached += self.send(&room, text).await;
        }
        reached
    }
}
