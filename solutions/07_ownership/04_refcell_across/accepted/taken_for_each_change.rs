//! The downloads of a browser. Its window and all downloads are tasks on one thread.

use std::cell::Cell;

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
    number: u64,
    name: String,
    loaded: u64,
    complete: bool,
}

/// The list of downloads, in the order in which they began.
#[derive(Default)]
pub struct Downloads {
    list: Cell<Vec<Download>>,
    next_number: Cell<u64>,
}

impl Downloads {
    /// Loads a file, which has a line in the list from its first poll on. Returns the size of the file.
    pub async fn load(&self, name: &str, mut source: impl Source) -> Result<u64, Removed> {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        let mut list = self.list.take();
        list.push(Download { number, name: name.to_owned(), loaded: 0, complete: false });
        self.list.set(list);
        while let Some(size) = source.next().await {
            self.change(number, |download| download.loaded += size)?;
        }
        self.change(number, |download| {
            download.complete = true;
            download.loaded
        })
    }

    /// Finds a download and changes it. The list is taken out and put back, with no await in between.
    fn change<T>(&self, number: u64, change: impl FnOnce(&mut Download) -> T) -> Result<T, Removed> {
        let mut list = self.list.take();
        let result = list.iter_mut().find(|download| download.number == number).map(change);
        self.list.set(list);
        result.ok_or(Removed)
    }

    /// Removes a download, which ends when its next piece arrives. `line` is its place in `lines`.
    pub fn remove(&self, line: usize) {
        let mut list = self.list.take();
        list.remove(line);
        self.list.set(list);
    }

    /// What the window shows: a line for each download.
    pub fn lines(&self) -> Vec<String> {
        let line = |download: &Download| {
            let end = if download.complete { ", complete" } else { "" };
            format!("{}: {} bytes{end}", download.name, download.loaded)
        };
        let list = self.list.take();
        let lines = list.iter().map(line).collect();
        self.list.set(list);
        lines
    }
}
