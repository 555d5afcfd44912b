//! Who is in a room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

/// Knows the names of people. An answer may take a while.
pub trait Directory {
    fn name(&self, id: u32) -> impl Future<Output = String> + Send;
}

/// The people who have been in the room. Whoever has left cannot be upgraded.
type Present = BTreeMap<u32, Weak<String>>;

/// A room that people enter and leave.
pub struct Room<D> {
    directory: D,
    present: Mutex<Present>,
}

/// A person's stay in a room. It ends when this is dropped, at once.
#[derive(Debug)]
pub struct Visit {
    _name: Arc<String>,
}

impl<D: Directory> Room<D> {
    /// An empty room.
    pub fn new(directory: D) -> Self {
        Self { directory, present: Mutex::default() }
    }

    /// Looks the name up, then lets the person in.
    pub async fn enter(&self, id: u32) -> Visit {
        let name = Arc::new(self.directory.name(id).await);
        let mut present = self.present.lock().unwrap();
        present.retain(|_, name| name.strong_count() > 0);
        present.insert(id, Arc::downgrade(&name));
        Visit { _name: name }
    }

    /// Who is in the room, in the order of their numbers, for the display at the door.
    pub fn names(&self) -> Vec<String> {
        let present = self.present.lock().unwrap();
        present.values().filter_map(Weak::upgrade).map(|name| name.to_string()).collect()
    }
}
