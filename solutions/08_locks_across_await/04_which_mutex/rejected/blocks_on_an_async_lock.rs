//! verdict: deadlock
//! Blocks on tokio's lock on a thread that runs tasks. If the lock belongs to a task that only this thread could poll, both wait forever.
//!
//! Who is in a room.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::sync::Mutex;

/// Wakes a thread that waits in `block_on`.
struct Unpark(Thread, AtomicBool);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.1.store(true, Ordering::SeqCst);
        self.0.unpark();
    }
}

/// Runs `future` on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let unpark = Arc::new(Unpark(thread::current(), AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&unpark));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        while !unpark.1.swap(false, Ordering::SeqCst) {
            thread::park();
        }
    }
}

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
        let name = self.directory.name(id).await;
        self.present.lock().await.insert(id, name);
        Visit { id, present: Arc::clone(&self.present) }
    }

    /// Who is in the room, in the order of their numbers, for the display at the door.
    pub fn names(&self) -> Vec<String> {
        block_on(self.present.lock()).values().cloned().collect()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        block_on(self.present.lock()).remove(&self.id);
    }
}
