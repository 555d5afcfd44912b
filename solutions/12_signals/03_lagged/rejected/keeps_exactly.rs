//! verdict: failing-test a_commentary_keeps_as_many_lines_as_it_says
//! Keeps as many lines as it was asked for, and does not round up.
//!
//! The live commentary of a match. Everybody reads it at a speed of their own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

/// What a reader gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Line(String),
    /// The number of lines that are missing here. The reader was too slow, and they are no longer kept.
    Missed(u64),
}

/// The lines that are kept, and where they begin.
#[derive(Default)]
struct State {
    kept: VecDeque<String>,
    /// The number of the first line that is kept.
    first: u64,
    has_ended: bool,
}

struct Lines {
    state: Mutex<State>,
    changed: Notify,
    room: usize,
}

/// The commentary, which ends when it is dropped.
pub struct Commentary {
    lines: Arc<Lines>,
}

impl Commentary {
    /// A commentary that keeps its latest lines for slow readers. It keeps `kept` lines, rounded up to a power of two.
    pub fn new(kept: usize) -> Self {
        let room = kept;
        Self { lines: Arc::new(Lines { state: Mutex::default(), changed: Notify::new(), room }) }
    }

    /// Adds a line, whether or not anybody reads it. Never waits.
    pub fn say(&self, line: &str) {
        let mut state = self.lines.state.lock().unwrap();
        if state.kept.len() == self.lines.room {
            state.kept.pop_front();
            state.first += 1;
        }
        state.kept.push_back(line.to_owned());
        drop(state);
        self.lines.changed.notify_waiters();
    }

    /// A reader of all lines from now on. Each reader has a place of its own.
    pub fn reader(&self) -> Reader {
        let state = self.lines.state.lock().unwrap();
        Reader { lines: Arc::clone(&self.lines), next: state.first + state.kept.len() as u64 }
    }
}

impl Drop for Commentary {
    fn drop(&mut self) {
        self.lines.state.lock().unwrap().has_ended = true;
        self.lines.changed.notify_waiters();
    }
}

/// Reads the commentary.
pub struct Reader {
    lines: Arc<Lines>,
    /// The number of the next line.
    next: u64,
}

impl Reader {
    /// The next entry, if there is one now.
    fn take(&mut self) -> Option<Entry> {
        let state = self.lines.state.lock().unwrap();
        if self.next < state.first {
            let missed = state.first - self.next;
            self.next = state.first;
            return Some(Entry::Missed(missed));
        }
        let line = state.kept.get((self.next - state.first) as usize)?.clone();
        self.next += 1;
        Some(Entry::Line(line))
    }

    /// The next entry. Waits until there is one. `None` if the commentary has ended, and everything was read.
    pub async fn next(&mut self) -> Option<Entry> {
        let lines = Arc::clone(&self.lines);
        loop {
            let said = lines.changed.notified();
            if let Some(entry) = self.take() {
                return Some(entry);
            }
            if self.lines.state.lock().unwrap().has_ended {
                // Everything that was said before the end has been said before the flag was set.
                return self.take();
            }
            said.await;
        }
    }

    /// The entries that can be read now, without waiting.
    pub fn catch_up(&mut self) -> Vec<Entry> {
        std::iter::from_fn(|| self.take()).collect()
    }
}
