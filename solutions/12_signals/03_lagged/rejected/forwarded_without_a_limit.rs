//! verdict: failing-test a_slow_reader_reads_on
//! A task for each reader forwards the lines into a channel without a limit. However slow a reader is, everything is kept for it.
//!
//! The live commentary of a match. Everybody reads it at a speed of their own.

use tokio::sync::broadcast::Sender;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

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
}

impl Commentary {
    /// A commentary that keeps its latest lines for slow readers. It keeps `kept` lines, rounded up to a power of two.
    pub fn new(kept: usize) -> Self {
        Self { lines: Sender::new(kept) }
    }

    /// Adds a line, whether or not anybody reads it. Never waits.
    pub fn say(&self, line: &str) {
        // It fails if there are no readers. Then there is nobody to keep the line for.
        let _ = self.lines.send(line.to_owned());
    }

    /// A reader of all lines from now on. Each reader has a place of its own.
    pub fn reader(&self) -> Reader {
        let mut lines = self.lines.subscribe();
        let (forward, forwarded) = unbounded_channel();
        tokio::spawn(async move {
            loop {
                let entry = match lines.recv().await {
                    Ok(line) => Entry::Line(line),
                    Err(RecvError::Lagged(missed)) => Entry::Missed(missed),
                    Err(RecvError::Closed) => return,
                };
                if forward.send(entry).is_err() {
                    return;
                }
            }
        });
        Reader { lines: forwarded }
    }
}

/// Reads the commentary.
pub struct Reader {
    lines: UnboundedReceiver<Entry>,
}

impl Reader {
    /// The next entry. Waits until there is one. `None` if the commentary has ended, and everything was read.
    pub async fn next(&mut self) -> Option<Entry> {
        self.lines.recv().await
    }

    /// The entries that can be read now, without waiting.
    pub fn catch_up(&mut self) -> Vec<Entry> {
        std::iter::from_fn(|| self.lines.try_recv().ok()).collect()
    }
}
