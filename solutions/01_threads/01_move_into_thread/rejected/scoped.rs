//! verdict: failing-test start_returns_while_a_section_is_still_being_rendered
//! A scoped thread may borrow because its scope waits for it: `start` does not return before the report is ready.
//!
//! Reports that are rendered in the background.

use std::thread;

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that is being rendered by a thread of its own.
pub struct Rendering {
    sections: usize,
    text: String,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let text = thread::scope(|scope| {
            let worker = scope.spawn(|| sections.into_iter().map(|section| section.render()).collect::<String>());
            worker.join().expect("a section panicked while it was rendered")
        });
        Self { sections: count, text }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        self.text
    }
}
