//! The version of an exercise's files that a check is about: the content of every file that the compiler reads.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// A hash of all files. Comparable only within one run of the checker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(u64);

impl Version {
    /// The version that is on disk now.
    pub fn of(dir: &Path) -> Version {
        let mut hasher = DefaultHasher::new();
        for file in sources(dir) {
            let content = fs::read(&file).ok();
            (file, content).hash(&mut hasher);
        }
        Version(hasher.finish())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0 >> 32)
    }
}

/// The files that the compiler reads for the exercise in `dir`.
pub fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = vec![dir.join("Cargo.toml"), dir.join("build.rs")];
    for folder in ["src", "tests"] {
        collect(&dir.join(folder), &mut files);
    }
    files
}

/// Adds the Rust files in `dir` and below, in order.
pub fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
