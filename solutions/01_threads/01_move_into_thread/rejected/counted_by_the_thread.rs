//! verdict: failing-test the_number_of_sections_is_known_from_the_start
//! The thread counts the sections as it renders them: the number is right only at the end.
//!
//! Reports that are rendered in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that is being rendered by a thread of its own.
pub struct Rendering {
    sections: Arc<AtomicUsize>,
    worker: JoinHandle<String>,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = Arc::new(AtomicUsize::new(0));
        let rendered = Arc::clone(&count);
        let worker = thread::spawn(move || {
            let render = |section: &S| {
                rendered.fetch_add(1, SeqCst);
                section.render()
            };
            sections.iter().map(render).collect()
        });
        Self { sections: count, worker }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections.load(SeqCst)
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        self.worker.join().expect("a section panicked while it was rendered")
    }
}
