//! Reports that are rendered in the background.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

struct Slot {
    text: Mutex<Option<thread::Result<String>>>,
    there: Condvar,
}

/// A report that is being rendered by a thread of its own.
pub struct Rendering {
    sections: usize,
    slot: Arc<Slot>,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let slot = Arc::new(Slot { text: Mutex::new(None), there: Condvar::new() });
        let theirs = Arc::clone(&slot);
        thread::spawn(move || {
            let text = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
                sections.iter().map(Section::render).collect()
            }));
            *theirs.text.lock().unwrap() = Some(text);
            theirs.there.notify_all();
        });
        Self { sections: count, slot }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        let mut text = self.slot.text.lock().unwrap();
        loop {
            match text.take() {
                Some(Ok(text)) => return text,
                Some(Err(payload)) => std::panic::resume_unwind(payload),
                None => text = self.slot.there.wait(text).unwrap(),
            }
        }
    }
}
