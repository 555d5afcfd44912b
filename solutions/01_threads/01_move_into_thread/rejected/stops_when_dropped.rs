//! verdict: failing-test a_report_that_nobody_asks_for_is_rendered_to_its_end
//! A `Rendering` that is dropped stops its thread before the next section.
//!
//! Reports that are rendered in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that is being rendered by a thread of its own.
pub struct Rendering {
    sections: usize,
    worker: Option<JoinHandle<String>>,
    stop: Arc<AtomicBool>,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let worker = thread::spawn(move || {
            sections.iter().take_while(|_| !stopped.load(Ordering::SeqCst)).map(Section::render).collect()
        });
        Self { sections: count, worker: Some(worker), stop }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        let mut this = self;
        this.worker.take().unwrap().join().expect("a section panicked while it was rendered")
    }
}

impl Drop for Rendering {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
    }
}
