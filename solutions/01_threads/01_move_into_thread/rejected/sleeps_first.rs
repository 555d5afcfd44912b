//! verdict: failing-test start_returns_while_a_section_is_still_being_rendered
//! Sleeps until the thread has surely begun, so the caller waits for no reason.
//!
//! Reports that are rendered in the background.

use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that is being rendered by a thread of its own.
pub struct Rendering {
    sections: usize,
    worker: JoinHandle<String>,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let worker = thread::spawn(move || sections.iter().map(|section| section.render()).collect());
        thread::sleep(Duration::from_millis(500));
        Self { sections: count, worker }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        self.worker.join().expect("a section panicked while it was rendered")
    }
}
