//! verdict: failing-test a_removed_download_does_not_come_back
//! Puts its copy into the list after each piece, also when the user has removed the line.
//!
//! The downloads of a browser. Its window and all downloads are tasks on one thread.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Where a file comes from.
pub trait Source {
    /// Waits for the next piece. Returns its size in bytes, or `None` at the end of the file.
    fn next(&mut self) -> impl Future<Output = Option<u64>>;
}

/// The user has removed the download from the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Removed;

/// A line of the list.
#[derive(Clone)]
struct Download {
    name: String,
    loaded: u64,
    complete: bool,
}

/// The list of downloads, in the order in which they began.
#[derive(Default)]
pub struct Downloads {
    list: RefCell<BTreeMap<u64, Download>>,
    next_number: Cell<u64>,
}

impl Downloads {
    /// Loads a file, which has a line in the list from its first poll on. Returns the size of the file.
    pub async fn load(&self, name: &str, mut source: impl Source) -> Result<u64, Removed> {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        let mut download = Download { name: name.to_owned(), loaded: 0, complete: false };
        self.list.borrow_mut().insert(number, download.clone());
        while let Some(size) = source.next().await {
            download.loaded += size;
            if self.list.borrow_mut().insert(number, download.clone()).is_none() {
                return Err(Removed);
            }
        }
        download.complete = true;
        let loaded = download.loaded;
        self.list.borrow_mut().insert(number, download).map(|_| loaded).ok_or(Removed)
    }

    /// Removes a download, which ends when its next piece arrives. `line` is its place in `lines`.
    pub fn remove(&self, line: usize) {
        let mut list = self.list.borrow_mut();
        let number = *list.keys().nth(line).expect("there is no such line");
        list.remove(&number);
    }

    /// What the window shows: a line for each download.
    pub fn lines(&self) -> Vec<String> {
        let line = |download: &Download| {
            let end = if download.complete { ", complete" } else { "" };
            format!("{}: {} bytes{end}", download.name, download.loaded)
        };
        self.list.borrow().values().map(line).collect()
    }
}
