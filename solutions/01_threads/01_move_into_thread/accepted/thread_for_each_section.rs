//! Reports that are rendered in the background.

use std::thread::{self, JoinHandle};

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that is being rendered by threads of its own.
pub struct Rendering {
    sections: usize,
    workers: Vec<JoinHandle<String>>,
}

impl Rendering {
    /// Starts a thread for each of `sections`, and returns without waiting for them.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let workers = sections.into_iter().map(|section| thread::spawn(move || section.render())).collect();
        Self { sections: count, workers }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        let finished = self.workers.into_iter().map(JoinHandle::join);
        finished.map(|text| text.expect("a section panicked while it was rendered")).collect()
    }
}
