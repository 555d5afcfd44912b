//! verdict: failing-test a_report_does_not_wait_for_another_one
//! A global lock: only one report is rendered at a time.
//!
//! Reports that are rendered in the background.

use std::sync::Mutex;
use std::thread::{self, JoinHandle};

/// Held while a report is rendered.
static RENDERING: Mutex<()> = Mutex::new(());

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
            let _one_at_a_time = RENDERING.lock();
            sections.iter().map(|section| section.render()).collect()
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
