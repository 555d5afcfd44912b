//! Chat rooms and the users in them.

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
        let mut reached = 0;
        for user in self.members(room) {
            let Some(outbox) = self.outbox(room, user) else { continue };
            match outbox.send(text.to_owned()).await {
                Ok(()) => reached += 1,
                Err(_) => self.take_out(room, user, &outbox),
            }
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

    fn outbox(&self, room: &str, user: u32) -> Option<Sender<String>> {
        self.rooms.get(room)?.get(&user).cloned()
    }
}
