//! verdict: deadlock forty_reports_are_rendered_at_the_same_time
//! A `static` limits the program to eight reports at a time: the ninth waits for one of the first eight.
//!
//! Reports that are rendered in the background.

use std::sync::{Condvar, Mutex};
use std::thread::{self, JoinHandle};

/// A section of a report. Rendering one takes a while.
pub trait Section: Send + Sync + 'static {
    fn render(&self) -> String;
}

static FREE: Mutex<usize> = Mutex::new(8);
static MORE: Condvar = Condvar::new();

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
            let mut free = FREE.lock().unwrap();
            while *free == 0 {
                free = MORE.wait(free).unwrap();
            }
            *free -= 1;
            drop(free);
            let text = sections.iter().map(Section::render).collect();
            *FREE.lock().unwrap() += 1;
            MORE.notify_one();
            text
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
