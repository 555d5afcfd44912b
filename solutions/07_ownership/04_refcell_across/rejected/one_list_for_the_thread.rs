//! verdict: failing-test two_lists_share_nothing
//! The list belongs to the thread, and so do the downloads of every other list.
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
    number: u64,
    name: String,
    loaded: u64,
    complete: bool,
}

thread_local! {
    static LIST: RefCell<Vec<Download>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// The list of downloads, in the order in which they began.
#[derive(Default)]
pub struct Downloads(());

impl Downloads {
    /// Loads a file, which has a line in the list from its first poll on. Returns the size of the file.
    pub async fn load(&self, name: &str, mut source: impl Source) -> Result<u64, Removed> {
        let number = NEXT.replace(NEXT.get() + 1);
        let name = name.to_owned();
        LIST.with_borrow_mut(|list| list.push(Download { number, name, loaded: 0, complete: false }));
        while let Some(size) = source.next().await {
            self.change(number, |download| download.loaded += size)?;
        }
        self.change(number, |download| {
            download.complete = true;
            download.loaded
        })
    }

    /// Finds a download and changes it. A closure cannot await, so no borrow lives across an await.
    fn change<T>(&self, number: u64, change: impl FnOnce(&mut Download) -> T) -> Result<T, Removed> {
        LIST.with_borrow_mut(|list| {
            list.iter_mut().find(|download| download.number == number).map(change).ok_or(Removed)
        })
    }

    /// Removes a download, which ends when its next piece arrives. `line` is its place in `lines`.
    pub fn remove(&self, line: usize) {
        LIST.with_borrow_mut(|list| list.remove(line));
    }

    /// What the window shows: a line for each download.
    pub fn lines(&self) -> Vec<String> {
        let line = |download: &Download| {
            let end = if download.complete { ", complete" } else { "" };
            format!("{}: {} bytes{end}", download.name, download.loaded)
        };
        LIST.with_borrow(|list| list.iter().map(line).collect())
    }
}
