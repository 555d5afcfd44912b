//! verdict: failing-test a_download_has_no_line_before_its_first_poll
//! Adds the line in a plain function, which runs when it is called. If the future is never polled, the line stays.
//!
//! The downloads of a browser. Its window and all downloads are tasks on one thread.

use std::cell::{Cell, RefCell};

/// Where a file comes from.
pub trait Source {
    /// Waits for the next piece. Returns its size in bytes, or `None` at the end of the file.
    fn next(&mut self) -> impl Future<Output = Option<u64>>;
}

/// The user has removed the download from the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Removed;

/// A line of the list.
struct Download {
    id: u64,
    name: String,
    loaded: u64,
    complete: bool,
}

/// The list of downloads, in the order in which they began.
#[derive(Default)]
pub struct Downloads {
    list: RefCell<Vec<Download>>,
    next: Cell<u64>,
}

impl Downloads {
    /// Loads a file, which has a line in the list from its first poll on. Returns the size of the file.
    pub fn load(&self, name: &str, mut source: impl Source) -> impl Future<Output = Result<u64, Removed>> {
        let id = self.next.get();
        self.next.set(id + 1);
        self.list.borrow_mut().push(Download { id, name: name.to_owned(), loaded: 0, complete: false });
        async move {
            while let Some(size) = source.next().await {
                self.list.borrow_mut().iter_mut().find(|download| download.id == id).ok_or(Removed)?.loaded += size;
            }
            let mut list = self.list.borrow_mut();
            let download = list.iter_mut().find(|download| download.id == id).ok_or(Removed)?;
            download.complete = true;
            Ok(download.loaded)
        }
    }

    /// Removes a download, which ends when its next piece arrives. `line` is its place in `lines`.
    pub fn remove(&self, line: usize) {
        self.list.borrow_mut().remove(line);
    }

    /// What the window shows: a line for each download.
    pub fn lines(&self) -> Vec<String> {
        let line = |download: &Download| {
            let end = if download.complete { ", complete" } else { "" };
            format!("{}: {} bytes{end}", download.name, download.loaded)
        };
        self.list.borrow().iter().map(line).collect()
    }
}
