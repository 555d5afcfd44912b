//! Chat rooms and the users in them.

use std::collections::BTreeSet;

use dashmap::DashMap;
use tokio::sync::mpsc::Sender;

/// The rooms of a chat server. A room exists as long as somebody is in it.
#[derive(Default)]
pub struct Rooms {
    outboxes: DashMap<(String, u32), Sender<String>>,
}

impl Rooms {
    /// No rooms.
    pub fn new() -> Self {
        Self { outboxes: DashMap::new() }
    }

    /// `user` joins `room` and gets its messages through `outbox`, which replaces the outbox of an earlier join.
    pub fn join(&self, room: &str, user: u32, outbox: Sender<String>) {
        self.outboxes.insert((room.to_owned(), user), outbox);
    }

    /// `user` leaves `room`. If nobody is left in it, the room is removed.
    pub fn leave(&self, room: &str, user: u32) {
        self.outboxes.remove(&(room.to_owned(), user));
    }

    /// The users in `room`, in ascending order.
    pub fn members(&self, room: &str) -> Vec<u32> {
        let users: BTreeSet<u32> =
            self.outboxes.iter().filter(|outbox| outbox.key().0 == room).map(|outbox| outbox.key().1).collect();
        users.into_iter().collect()
    }

    /// The rooms that exist, in ascending order.
    pub fn names(&self) -> Vec<String> {
        let names: BTreeSet<String> = self.outboxes.iter().map(|outbox| outbox.key().0.clone()).collect();
        names.into_iter().collect()
    }

    /// Sends `text` to everybody in `room`, and waits while an outbox is full. Returns how many users got it. A user
    /// whose inbox is gone is taken out of the room.
    ///
    /// A message to another room does not wait for this one. If this call is dropped, it sends nothing more.
    pub async fn send(&self, room: &str, text: &str) -> usize {
        let mut reached = 0;
        for user in self.members(room) {
            let key = (room.to_owned(), user);
            let Some(outbox) = self.outboxes.get(&key).map(|outbox| outbox.clone()) else { continue };
            match outbox.send(text.to_owned()).await {
                Ok(()) => reached += 1,
                Err(_) => drop(self.outboxes.remove_if(&key, |_, outbox| outbox.is_closed())),
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
}
