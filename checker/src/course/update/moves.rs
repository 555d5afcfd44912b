//! Moves, copies and removes single files, so that at any moment each has its old or its new content.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::course::store;
use crate::error::UserError;
use crate::system::fault;

/// Also if it is a link that leads nowhere.
pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The content of a file; `None` if there is none.
pub fn content(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether two texts are equal but for the carriage returns that git may add.
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    let letters = |text: &[u8]| text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<u8>>();
    one == other || letters(one) == letters(other)
}

/// Copies the file at `path` into the folder `backup`, under a free name. Returns the path of the copy.
pub fn back_up(root: &Path, backup: &str, path: &str) -> Result<String> {
    let numbered = |n: u32| if n == 0 { format!("{backup}/{path}") } else { format!("{backup}/{path}.{n}") };
    let free = (0..).map(numbered).find(|name| !is_there(&root.join(name))).context("no name is free")?;
    let target = root.join(&free);
    let copy = || -> io::Result<()> {
        target.parent().map_or(Ok(()), fs::create_dir_all)?;
        let text = fs::read(root.join(path))?;
        fault::point();
        store::replace(&target, &text)
    };
    copy().map_err(|error| {
        let what = format!("{path} cannot be backed up: {error}");
        UserError::new(what, "free some space, and run the same command again; nothing is lost")
    })?;
    Ok(free)
}

/// Moves `new` to `target`, which has the old or the new content at any moment.
pub fn put(new: &Path, target: &Path) -> io::Result<()> {
    let _ = File::open(new).and_then(|file| file.sync_all());
    if let Some(dir) = target.parent() {
        fs::create_dir_all(dir)?;
    }
    fault::point();
    match fs::rename(new, target) {
        // `.checker` may lie on another disk.
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            let mut name = target.file_name().unwrap_or_default().to_owned();
            name.push(".new");
            let beside = target.with_file_name(name);
            fs::copy(new, &beside)?;
            fs::rename(&beside, target)?;
            fs::remove_file(new)
        }
        result => result,
    }
}

/// Removes `target`, and the folders that are empty then.
pub fn remove(target: &Path, root: &Path) -> io::Result<()> {
    fault::point();
    match fs::remove_file(target) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Err(error),
        _ => {}
    }
    let folders = target.ancestors().skip(1).take_while(|dir| dir.starts_with(root) && *dir != root);
    for dir in folders {
        if fs::remove_dir(dir).is_err() {
            break;
        }
    }
    Ok(())
}

/// Moves everything in `from` to `to`, except over something that is there.
pub fn merge(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if !is_there(&target) {
            fault::point();
            fs::rename(entry.path(), target)?;
        } else if target.is_dir() && entry.path().is_dir() {
            merge(&entry.path(), &target)?;
        }
    }
    // Not empty if something could not be moved.
    let _ = fs::remove_dir(from);
    Ok(())
}
