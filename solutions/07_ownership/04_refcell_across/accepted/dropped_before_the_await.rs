//! The downloads of a browser. Its window and all downloads are tasks on one thread.

use std::cell::RefCell;

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
    /// A removed download leaves `None`.
    list: RefCell<Vec<Option<Download>>>,
}

impl Downloads {
    /// Loads a file, which has a line in the list from its first poll on. Returns the size of the file.
    pub async fn load(&self, name: &str, mut source: impl Source) -> Result<u64, Removed> {
        let mut list = self.list.borrow_mut();
        list.push(Some(Download { name: name.to_owned(), loaded: 0, complete: false }));
        let place = list.len() - 1;
        loop {
            drop(list);
            let piece = source.next().await;
            list = self.list.borrow_mut();
            let Some(download) = &mut list[place] else { return Err(Removed) };
            match piece {
                Some(size) => download.loaded += size,
                None => {
                    download.complete = true;
                    return Ok(download.loaded);
                }
            }
        }
    }

    /// Removes a download, which ends when its next piece arrives. `line` is its place in `lines`.
    pub fn remove(&self, line: usize) {
        let mut list = self.list.borrow_mut();
        let place = list.iter_mut().filter(|place| place.is_some()).nth(line);
        *place.expect("there is no such line") = None;
    }

    /// What the window shows: a line for each download.
    pub fn lines(&self) -> Vec<String> {
        let line = |download: &Download| {
            let end = if download.complete { ", complete" } else { "" };
            format!("{}: {} bytes{end}", download.name, download.loaded)
        };
        self.list.borrow().iter().flatten().map(line).collect()
    }
}
