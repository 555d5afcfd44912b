//! verdict: failing-test a_message_that_waits_takes_no_place_in_another_outbox
//! Reserves a place in every outbox before it sends. Meanwhile an empty inbox of size one is full.

use std::collections::BTreeMap;

use dashmap::{DashMap, Entry};
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
        if let Entry::Occupied(mut members) = self.rooms.entry(room.to_owned()) {
            members.get_mut().remove(&user);
            if members.get().is_empty() {
                members.remove();
            }
        }
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
        let members = self.rooms.get(room).map(|members| members.clone()).unwrap_or_default();
        let mut places = Vec::new();
        for (&user, outbox) in &members {
            match outbox.reserve().await {
                Ok(place) => places.push(place),
                Err(_) => self.take_out(room, user, outbox),
            }
        }
        let reached = places.len();
        for place in places {
            place.send(text.to_owned());
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

    fn take_out(&self, room: &str, user: u32, outbox: &Sender<String>) {
        if let Entry::Occupied(mut members) = self.rooms.entry(room.to_owned()) {
            if members.get().get(&user).is_some_and(|now| now.same_channel(outbox)) {
                members.get_mut().remove(&user);
            }
            if members.get().is_empty() {
                members.remove();
            }
        }
    }
}
