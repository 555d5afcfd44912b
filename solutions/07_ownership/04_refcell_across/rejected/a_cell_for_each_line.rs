//! verdict: panic on_smol_the_window_shows_a_file_that_is_being_loaded
//! A `RefCell` for each line. The task still borrows its own line while it waits, and the window needs all lines.
//!
//! The downloads of a browser. Its window and all downloads are tasks on one thread.

use std::cell::RefCell;
use std::rc::Rc;

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
    name: String,
    loaded: u64,
    complete: bool,
}

/// The list of downloads, in the order in which they began.
#[derive(Default)]
pub struct Downloads {
    list: RefCell<Vec<Rc<RefCell<Download>>>>,
}

impl Downloads {
    /// Loads a file, which has a line in the list from its first poll on. Returns the size of the file.
    pub async fn load(&self, name: &str, mut source: impl Source) -> Result<u64, Removed> {
        let shared = Rc::new(RefCell::new(Download { name: name.to_owned(), loaded: 0, complete: false }));
        self.list.borrow_mut().push(Rc::clone(&shared));
        let mut download = shared.borrow_mut();
        while let Some(size) = source.next().await {
            if Rc::strong_count(&shared) == 1 {
                return Err(Removed);
            }
            download.loaded += size;
        }
        download.complete = true;
        Ok(download.loaded)
    }

    /// Removes a download, which ends when its next piece arrives. `line` is its place in `lines`.
    pub fn remove(&self, line: usize) {
        self.list.borrow_mut().remove(line);
    }

    /// What the window shows: a line for each download.
    pub fn lines(&self) -> Vec<String> {
        let line = |download: &Rc<RefCell<Download>>| {
            let download = download.borrow();
            let end = if download.complete { ", complete" } else { "" };
            format!("{}: {} bytes{end}", download.name, download.loaded)
        };
        self.list.borrow().iter().map(line).collect()
    }
}
