//! verdict: failing-test two_rooms_share_nothing
//! A `static` list needs no `Arc`, but all rooms share it.
//!
//! Who is in a room.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// Knows the names of people. An answer may take a while.
pub trait Directory {
    fn name(&self, id: u32) -> impl Future<Output = String> + Send;
}

/// The people in the room, by number.
type Present = BTreeMap<u32, String>;

static PRESENT: Mutex<Present> = Mutex::new(BTreeMap::new());

/// A room that people enter and leave.
pub struct Room<D> {
    directory: D,
}

/// A person's stay in a room. It ends when this is dropped, at once.
#[derive(Debug)]
pub struct Visit {
    id: u32,
}

impl<D: Directory> Room<D> {
    /// An empty room.
    pub fn new(directory: D) -> Self {
        Self { directory }
    }

    /// Looks the name up, then lets the person in.
    pub async fn enter(&self, id: u32) -> Visit {
        let name = self.directory.name(id).await;
        PRESENT.lock().unwrap().insert(id, name);
        Visit { id }
    }

    /// Who is in the room, in the order of their numbers, for the display at the door.
    pub fn names(&self) -> Vec<String> {
        PRESENT.lock().unwrap().values().cloned().collect()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        PRESENT.lock().unwrap().remove(&self.id);
    }
}
