//! verdict: failing-test a_person_whose_name_is_looked_up_is_not_in_yet
//! Lets people in by number and looks their names up afterwards: a person is shown before `enter` has returned.
//!
//! Who is in a room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Knows the names of people. An answer may take a while.
pub trait Directory {
    fn name(&self, id: u32) -> impl Future<Output = String> + Send;
}

/// The people in the room, by number.
type Present = BTreeMap<u32, String>;

/// A room that people enter and leave.
pub struct Room<D> {
    directory: D,
    present: Arc<Mutex<Present>>,
}

/// A person's stay in a room. It ends when this is dropped, at once.
#[derive(Debug)]
pub struct Visit {
    id: u32,
    present: Arc<Mutex<Present>>,
}

impl<D: Directory> Room<D> {
    /// An empty room.
    pub fn new(directory: D) -> Self {
        Self { directory, present: Arc::default() }
    }

    /// Looks the name up, then lets the person in.
    pub async fn enter(&self, id: u32) -> Visit {
        self.present.lock().unwrap().insert(id, format!("number {id}"));
        let visit = Visit { id, present: Arc::clone(&self.present) };
        let name = self.directory.name(id).await;
        self.present.lock().unwrap().insert(id, name);
        visit
    }

    /// Who is in the room, in the order of their numbers, for the display at the door.
    pub fn names(&self) -> Vec<String> {
        self.present.lock().unwrap().values().cloned().collect()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.present.lock().unwrap().remove(&self.id);
    }
}
