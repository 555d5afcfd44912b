//! verdict: compile-error E0597
//! Moves a reference into the thread; the sections are still dropped at the end of `start`.
//!
//! Reports that are rendered in the background.

use std::thread::{self, JoinHandle};

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
        let shared = &sections;
        let worker = thread::spawn(move || shared.iter().map(|section| section.render()).collect());
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
