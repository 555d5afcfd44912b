//! Access rights and times of files on Windows.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Creates a folder. The temporary folder that contains it belongs to one user.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Makes `at` the same as `original`, a file or a folder. Links are for administrators, so this copies.
pub fn link(original: &Path, at: &Path) -> io::Result<()> {
    if !original.is_dir() {
        return fs::copy(original, at).map(|_| ());
    }
    fs::create_dir(at)?;
    for entry in fs::read_dir(original)? {
        let entry = entry?;
        link(&entry.path(), &at.join(entry.file_name()))?;
    }
    Ok(())
}

/// Opens a file for reading; anything else is an error.
pub fn open_plain(path: &Path) -> io::Result<File> {
    let is_file = fs::symlink_metadata(path)?.is_file();
    if is_file { File::open(path) } else { Err(io::Error::other("it is not a regular file")) }
}

/// When the file was copied here. A file that was moved here keeps its original time.
pub fn arrived(file: &Metadata) -> Option<SystemTime> {
    file.created().ok()
}

/// Not known: the standard library does not tell it.
pub fn free_space(_dir: &Path) -> Option<u64> {
    None
}
