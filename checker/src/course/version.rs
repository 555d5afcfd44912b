//! The version of an exercise's files that a check is about: the content of every file that the compiler reads.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::system::files;

/// A hash of all files. Only this version of the checker compares it.
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

    /// The whole hash in hexadecimal, to be stored.
    pub fn key(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// What was seen of the files at one moment.
///
/// If two sightings are equal, no file was written in between. Equal versions do not say that: the files may have been
/// changed and changed back, and a compiler that ran meanwhile may have read the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    written: Vec<Option<[Option<SystemTime>; 2]>>,
    pub version: Version,
}

impl Sighting {
    /// The files as they are on disk now.
    pub fn of(dir: &Path) -> Sighting {
        let written = |file: &PathBuf| {
            let data = fs::metadata(file).ok()?;
            // An editor that restores the modification time cannot restore the other one.
            Some([data.modified().ok(), files::arrived(&data)])
        };
        // Before the content is read: a file that is written in between differs from the next sighting.
        Sighting { written: sources(dir).iter().map(written).collect(), version: Version::of(dir) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use std::time::Duration;

    /// Would catch: a verdict on code that was on disk only while the compiler read it.
    #[test]
    fn a_change_that_was_undone_is_seen_although_the_version_is_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join("src/lib.rs");
        fs::create_dir(dir.path().join("src")).unwrap();
        fs::write(&source, "right").unwrap();
        let first = Sighting::of(dir.path());
        assert_eq!(Sighting::of(dir.path()), first);
        // The clock of a file system may be coarse.
        thread::sleep(Duration::from_millis(20));
        for text in ["wrong", "right"] {
            fs::write(&source, text).unwrap();
        }
        let second = Sighting::of(dir.path());
        assert_eq!(second.version, first.version);
        assert_ne!(second, first);
    }
}
