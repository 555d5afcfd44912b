//! verdict: failing-test the_number_of_sections_is_known_from_the_start
//! Counts down while the sections are rendered, so the number changes.
//!
//! Reports that are rendered in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that is being rendered by a thread of its own.
pub struct Rendering {
    left: Arc<AtomicUsize>,
    worker: JoinHandle<String>,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let left = Arc::new(AtomicUsize::new(sections.len()));
        let theirs = Arc::clone(&left);
        let worker = thread::spawn(move || {
            let mut text = String::new();
            for section in sections {
                text += &section.render();
                theirs.fetch_sub(1, Ordering::SeqCst);
            }
            text
        });
        Self { left, worker }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        self.worker.join().expect("a section panicked while it was rendered")
    }
}
