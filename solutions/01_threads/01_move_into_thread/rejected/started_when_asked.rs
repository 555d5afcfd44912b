//! verdict: failing-test the_report_is_rendered_before_anybody_asks_for_it
//! Spawns the thread in `finish`: the caller cannot do anything else while the report is rendered.
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
    render: Box<dyn FnOnce() -> String + Send>,
}

impl Rendering {
    /// Starts a thread that renders each of `sections` once, and returns without waiting for it.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let render = Box::new(move || sections.iter().map(|section| section.render()).collect());
        Self { sections: count, render }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits until the report is rendered, and returns the texts of all sections in their order. Panics if a section did.
    pub fn finish(self) -> String {
        thread::spawn(self.render).join().expect("a section panicked while it was rendered")
    }
}
