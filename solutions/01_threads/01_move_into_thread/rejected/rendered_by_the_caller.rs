//! verdict: failing-test start_returns_while_a_section_is_still_being_rendered
//! The thread is given the finished text: all the work is done by the caller, before the thread exists.
//!
//! Reports that are rendered in the background.

use std::thread::{self, JoinHandle};

/// A part of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that a thread of its own is rendering.
pub struct Rendering {
    sections: usize,
    worker: JoinHandle<String>,
}

impl Rendering {
    /// Starts to render `sections` and returns at once.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let text: String = sections.iter().map(|section| section.render()).collect();
        let worker = thread::spawn(move || text);
        Self { sections: count, worker }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits for the thread and returns the whole text.
    pub fn finish(self) -> String {
        self.worker.join().expect("a section panicked while it was rendered")
    }
}
