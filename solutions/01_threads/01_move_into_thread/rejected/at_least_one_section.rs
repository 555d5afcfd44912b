//! verdict: panic
//! Expects every report to have a section, and panics without one.
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
        let worker = thread::spawn(move || {
            let (first, others) = sections.split_first().expect("a report has a section");
            others.iter().fold(first.render(), |text, section| text + &section.render())
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
