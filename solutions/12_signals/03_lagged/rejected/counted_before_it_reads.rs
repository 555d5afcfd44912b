//! verdict: failing-test every_line_is_read_or_counted
//! Works out the gap from the length of the queue, before it reads. Another line may push one out in between.
//!
//! The live commentary of a match. Everybody reads it at a speed of their own.

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
    lines: Sender<String>,
    kept: usize,
}

impl Commentary {
    /// A commentary that keeps its latest lines for slow readers. It keeps `kept` lines, rounded up to a power of two.
    pub fn new(kept: usize) -> Self {
        Self { lines: Sender::new(kept), kept: kept.next_power_of_two() }
    }

    /// Adds a line, whether or not anybody reads it. Never waits.
    pub fn say(&self, line: &str) {
        // It fails if there are no readers. Then there is nobody to keep the line for.
        let _ = self.lines.send(line.to_owned());
    }

    /// A reader of all lines from now on. Each reader has a place of its own.
    pub fn reader(&self) -> Reader {
        Reader { lines: self.lines.subscribe(), kept: self.kept }
    }
}

/// Reads the commentary.
pub struct Reader {
    lines: Receiver<String>,
    kept: usize,
}

impl Reader {
    /// The next entry. Waits until there is one. `None` if the commentary has ended, and everything was read.
    pub async fn next(&mut self) -> Option<Entry> {
        let gap = self.lines.len().saturating_sub(self.kept) as u64;
        match self.lines.recv().await {
            Ok(line) => Some(Entry::Line(line)),
            Err(RecvError::Lagged(_)) => Some(Entry::Missed(gap)),
            Err(RecvError::Closed) => None,
        }
    }

    /// The entries that can be read now, without waiting.
    pub fn catch_up(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        loop {
            match self.lines.try_recv() {
                Ok(line) => entries.push(Entry::Line(line)),
                Err(TryRecvError::Lagged(missed)) => entries.push(Entry::Missed(missed)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return entries,
            }
        }
    }
}
