//! Access to files, and their times, on Windows.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Creates a folder. The temporary folder around it belongs to one user.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// When the file was copied to its place. A file that was moved there keeps its old date.
pub fn arrived(file: &Metadata) -> Option<SystemTime> {
    file.created().ok()
}
