//! verdict: failing-test the_sections_are_freed_when_the_report_is_done
//! What is never freed lives long enough for any thread: each report leaks all of its sections.
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
        let sections: &'static [S] = sections.leak();
        let worker = thread::spawn(|| sections.iter().map(|section| section.render()).collect());
        Self { sections: sections.len(), worker }
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
