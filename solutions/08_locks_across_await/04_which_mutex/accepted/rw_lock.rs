//! Who is in a room.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// Knows the names of people. An answer may take a while.
pub trait Directory {
    fn name(&self, id: u32) -> impl Future<Output = String> + Send;
}

/// The people in the room, by number.
type Present = BTreeMap<u32, String>;

/// A room that people enter and leave.
pub struct Room<D> {
    directory: D,
    present: Arc<RwLock<Present>>,
}

/// A person's stay in a room. It ends when this is dropped, at once.
#[derive(Debug)]
pub struct Visit {
    id: u32,
    present: Arc<RwLock<Present>>,
}

impl<D: Directory> Room<D> {
    /// An empty room.
    pub fn new(directory: D) -> Self {
        Self { directory, present: Arc::default() }
    }

    /// Looks the name up, then lets the person in.
    pub async fn enter(&self, id: u32) -> Visit {
        let name = self.directory.name(id).await;
        self.present.write().unwrap().insert(id, name);
        Visit { id, present: Arc::clone(&self.present) }
    }

    /// Who is in the room, in the order of their numbers, for the display at the door.
    pub fn names(&self) -> Vec<String> {
        self.present.read().unwrap().values().cloned().collect()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.present.write().unwrap().remove(&self.id);
    }
}
