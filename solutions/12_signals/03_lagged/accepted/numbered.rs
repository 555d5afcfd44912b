//! The live commentary of a match. Everybody reads it at a speed of their own.

use std::sync::Mutex;

use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::broadcast::{Receiver, Sender};

/// What a reader gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Line(String),
    /// The number of lines that are missing here. The reader was too slow, and they are no longer kept.
    Missed(u64),
}

/// The commentary, which ends when it is dropped.
pub struct Commentary {
    lines: Sender<(u64, String)>,
    said: Mutex<u64>,
}

impl Commentary {
    /// A commentary that keeps its latest lines for slow readers. It keeps `kept` lines, rounded up to a power of two.
    pub fn new(kept: usize) -> Self {
        Self { lines: Sender::new(kept), said: Mutex::new(0) }
    }

    /// Adds a line, whether or not anybody reads it. Never waits.
    pub fn say(&self, line: &str) {
        // It fails if there are no readers. Then there is nobody to keep the line for.
        let mut said = self.said.lock().unwrap();
        let _ = self.lines.send((*said, line.to_owned()));
        *said += 1;
    }

    /// A reader of all lines from now on. Each reader has a place of its own.
    pub fn reader(&self) -> Reader {
        let said = self.said.lock().unwrap();
        Reader { lines: self.lines.subscribe(), expected: *said, ahead: None }
    }
}

/// Reads the commentary. Each line has a number, and a gap between two numbers is what was missed.
pub struct Reader {
    lines: Receiver<(u64, String)>,
    expected: u64,
    /// The line after a gap.
    ahead: Option<String>,
}

impl Reader {
    fn entry(&mut self, (number, line): (u64, String)) -> Entry {
        let missed = number - self.expected;
        self.expected = number + 1;
        if missed == 0 {
            return Entry::Line(line);
        }
        self.ahead = Some(line);
        Entry::Missed(missed)
    }

    /// The next entry. Waits until there is one. `None` if the commentary has ended, and everything was read.
    pub async fn next(&mut self) -> Option<Entry> {
        if let Some(line) = self.ahead.take() {
            return Some(Entry::Line(line));
        }
        loop {
            match self.lines.recv().await {
                Ok(numbered) => return Some(self.entry(numbered)),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The entries that can be read now, without waiting.
    pub fn catch_up(&mut self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.ahead.take().map(Entry::Line).into_iter().collect();
        loop {
            match self.lines.try_recv() {
                Ok(numbered) => {
                    entries.push(self.entry(numbered));
                    entries.extend(self.ahead.take().map(Entry::Line));
                }
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return entries,
            }
        }
    }
}
