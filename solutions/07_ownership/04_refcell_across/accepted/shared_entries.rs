//! The downloads of a browser. Its window and all downloads are tasks on one thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Where a file comes from.
pub trait Source {
    /// Waits for the next piece. Returns its size in bytes, or `None` at the end of the file.
    fn next(&mut self) -> impl Future<Output = Option<u64>>;
}

/// The user has removed the download from the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Removed;

/// A line of the list. Its task owns it as well, and changes it without a borrow.
struct Download {
    name: String,
    loaded: Cell<u64>,
    complete: Cell<bool>,
}

/// The list of downloads, in the order in which they began.
#[derive(Default)]
pub struct Downloads {
    list: RefCell<Vec<Rc<Download>>>,
}

impl Downloads {
    /// Loads a file, which has a line in the list from its first poll on. Returns the size of the file.
    pub async fn load(&self, name: &str, mut source: impl Source) -> Result<u64, Removed> {
        let download = Rc::new(Download { name: name.to_owned(), loaded: Cell::new(0), complete: Cell::new(false) });
        self.list.borrow_mut().push(Rc::clone(&download));
        let is_listed = || self.list.borrow().iter().any(|other| Rc::ptr_eq(other, &download));
        loop {
            let piece = source.next().await;
            if !is_listed() {
                return Err(Removed);
            }
            let Some(size) = piece else { break };
            download.loaded.set(download.loaded.get() + size);
        }
        download.complete.set(true);
        Ok(download.loaded.get())
    }

    /// Removes a download, which ends when its next piece arrives. `line` is its place in `lines`.
    pub fn remove(&self, line: usize) {
        self.list.borrow_mut().remove(line);
    }

    /// What the window shows: a line for each download.
    pub fn lines(&self) -> Vec<String> {
        let line = |download: &Rc<Download>| {
            let end = if download.complete.get() { ", complete" } else { "" };
            format!("{}: {} bytes{end}", download.name, download.loaded.get())
        };
        self.list.borrow().iter().map(line).collect()
    }
}
