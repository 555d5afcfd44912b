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

struct Kept {
    lines: VecDeque<String>,
    /// How many lines came before the first that is kept.
    gone: u64,
    ended: bool,
}

struct Shared {
    kept: Mutex<Kept>,
    capacity: usize,
    more: Notify,
}

/// The commentary, which ends when it is dropped.
pub struct Commentary(Arc<Shared>);

impl Commentary {
    /// A commentary that keeps its latest lines for slow readers. It keeps `kept` lines, rounded up to a power of two.
    pub fn new(kept: usize) -> Self {
        let none = Kept { lines: VecDeque::new(), gone: 0, ended: false };
        Self(Arc::new(Shared { kept: Mutex::new(none), capacity: kept.next_power_of_two(), more: Notify::new() }))
    }

    /// Adds a line, whether or not anybody reads it. Never waits.
    pub fn say(&self, line: &str) {
        {
            let mut kept = self.0.kept.lock().unwrap();
            if kept.lines.len() == self.0.capacity {
                kept.lines.pop_front();
                kept.gone += 1;
            }
            kept.lines.push_back(line.to_owned());
        }
        self.0.more.notify_waiters();
    }

    /// A reader of all lines from now on. Each reader has a place of its own.
    pub fn reader(&self) -> Reader {
        let place = {
            let kept = self.0.kept.lock().unwrap();
            kept.gone + kept.lines.len() as u64
        };
        Reader { shared: Arc::clone(&self.0), place }
    }
}

impl Drop for Commentary {
    fn drop(&mut self) {
        self.0.kept.lock().unwrap().ended = true;
        self.0.more.notify_waiters();
    }
}

/// Reads the commentary.
pub struct Reader {
    shared: Arc<Shared>,
    place: u64,
}

impl Reader {
    /// The next entry. Waits until there is one. `None` if the commentary has ended, and everything was read.
    pub async fn next(&mut self) -> Option<Entry> {
        let shared = Arc::clone(&self.shared);
        loop {
            let more = shared.more.notified();
            if let Some(entry) = self.entry() {
                return Some(entry);
            }
            if shared.kept.lock().unwrap().ended {
                // The last line may have come before the end, and after the look.
                return self.entry();
            }
            more.await;
        }
    }

    /// The entries that can be read now, without waiting.
    pub fn catch_up(&mut self) -> Vec<Entry> {
        std::iter::from_fn(|| self.entry()).collect()
    }

    fn entry(&mut self) -> Option<Entry> {
        let kept = self.shared.kept.lock().unwrap();
        if let Some(missed) = kept.gone.checked_sub(self.place).filter(|missed| *missed > 0) {
            self.place = kept.gone;
            return Some(Entry::Missed(missed));
        }
        let line = kept.lines.get((self.place - kept.gone) as usize)?;
        self.place += 1;
        Some(Entry::Line(line.clone()))
    }
}
