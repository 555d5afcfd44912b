//! Access rights and times of files on Windows.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Creates a folder. The temporary folder that contains it belongs to one user.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// When the file was copied here. A file that was moved here keeps its original time.
pub fn arrived(file: &Metadata) -> Option<SystemTime> {
    file.created().ok()
}

/// Not known: the standard library does not tell it.
pub fn free_space(_dir: &Path) -> Option<u64> {
    None
}
