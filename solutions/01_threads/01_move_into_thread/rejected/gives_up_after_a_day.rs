//! verdict: failing-test finish_waits_as_long_as_rendering_takes
//! `finish` waits for a day and then returns an empty text.
//!
//! Reports that are rendered in the background.

use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that is being rendered by a thread of its own.
pub struct Rendering {
    sections: usize,
    text: Receiver<String>,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let (finished, text) = mpsc::channel();
        thread::spawn(move || {
            let text: String = sections.iter().map(|section| section.render()).collect();
            // Whoever started the report may have lost interest in it.
            let _ = finished.send(text);
        });
        Self { sections: count, text }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        self.text.recv_timeout(Duration::from_secs(24 * 60 * 60)).unwrap_or_default()
    }
}
