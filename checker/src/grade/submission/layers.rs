//! The build folder of one examination: its own files over those that all examinations share.
//!
//! Everything that does not depend on a submission is built once, into a folder that no jail may write. An examination
//! gets a folder of its own with links to what is there, so cargo finds everything done but the exercise itself. The
//! compiler cannot write through a link into the shared folder, so one submission cannot change what another one gets.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::course::exercise::Exercise;
use crate::system::files;

/// The folders of a profile in a build folder. Their entries are linked, one by one.
const LINKED: [&str; 3] = [".fingerprint", "build", "deps"];

/// Makes `own` a build folder with links to what is built in `shared`, except for what belongs to `exercise`.
pub fn lay(shared: &Path, own: &Path, exercise: &Exercise) -> io::Result<()> {
    fs::create_dir_all(own)?;
    for entry in fs::read_dir(shared)? {
        let (entry, is_dir) = entry.map(|entry| (entry.path(), entry.file_type().is_ok_and(|kind| kind.is_dir())))?;
        let Some(name) = entry.file_name() else { continue };
        if !is_dir {
            // What cargo knows about the compiler, for instance. It may replace it.
            fs::copy(&entry, own.join(name))?;
        } else if entry.join(LINKED[0]).is_dir() {
            lay_profile(&entry, &own.join(name), exercise)?;
        } else {
            // The folder of a target.
            lay(&entry, &own.join(name), exercise)?;
        }
    }
    Ok(())
}

fn lay_profile(shared: &Path, own: &Path, exercise: &Exercise) -> io::Result<()> {
    for folder in LINKED {
        let (from, to) = (shared.join(folder), own.join(folder));
        fs::create_dir_all(&to)?;
        if !from.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&from)? {
            let name = entry?.file_name();
            if !belongs(&name.to_string_lossy(), exercise) {
                files::link(&from.join(&name), &to.join(&name))?;
            }
        }
    }
    Ok(())
}

/// Whether cargo made `name` for `exercise`: `abba-HASH`, `libabba-HASH.rlib`, or one of its tests. Of a dependency with
/// the same name, cargo then makes another one.
fn belongs(name: &str, exercise: &Exercise) -> bool {
    let stem = name.rsplit_once('-').map_or(name, |(stem, _)| stem);
    let stem = stem.strip_prefix("lib").unwrap_or(stem).replace('-', "_");
    let tests = exercise.tests.iter().filter_map(|test| test.file_stem()?.to_str());
    tests.chain([exercise.name.as_str()]).any(|own| stem == own.replace('-', "_"))
}

/// A folder for one examination, removed with this value.
pub struct Folder(PathBuf);

impl Folder {
    /// A new folder in `dir`.
    pub fn new(dir: &Path, name: &str) -> io::Result<Folder> {
        let folder = Folder(dir.join(name));
        for inner in ["home", "tmp", "target"] {
            fs::create_dir_all(folder.0.join(inner))?;
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn target(&self) -> PathBuf {
        self.0.join("target")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    #[test]
    fn an_exercise_builds_its_own_files_and_no_others() {
        let mut abba = example::exercise("abba-two");
        abba.tests = vec!["/course/tests/both_ways.rs".into()];
        for own in ["abba-two-1f", "libabba_two-1f.rlib", "abba_two-1f.d", "both_ways-2e", "both_ways-2e.d"] {
            assert!(belongs(own, &abba), "{own}");
        }
        for other in ["abba-1f", "libtokio-3c.rmeta", "trace-77", "libm-1a", "both-1f"] {
            assert!(!belongs(other, &abba), "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_shared_is_linked_and_the_rest_is_new() {
        let dir = tempfile::tempdir().unwrap();
        let (shared, own) = (dir.path().join("shared"), dir.path().join("own"));
        for file in [
            "debug/.fingerprint/tokio-1/lib",
            "debug/deps/libtokio-1.rlib",
            "debug/deps/libabba-2.rlib",
            "x/debug/.fingerprint/a-1/b",
            "info",
        ] {
            fs::create_dir_all(shared.join(file).parent().unwrap()).unwrap();
            fs::write(shared.join(file), "shared").unwrap();
        }
        lay(&shared, &own, &example::exercise("abba")).unwrap();
        let is_link = |file: &str| fs::symlink_metadata(own.join(file)).map(|data| data.is_symlink()).ok();
        assert_eq!(is_link("debug/.fingerprint/tokio-1"), Some(true));
        assert_eq!(is_link("debug/deps/libtokio-1.rlib"), Some(true));
        assert_eq!(is_link("x/debug/.fingerprint/a-1"), Some(true));
        assert_eq!(is_link("debug/deps/libabba-2.rlib"), None);
        assert_eq!(is_link("info"), Some(false));
    }
}
