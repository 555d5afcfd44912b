//! The exercises as cargo read them last, so that not every command waits for cargo to read all manifests again.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::course::exercise::Exercise;
use crate::system::toolchain;

/// What was read, and a hash of all that it was read from.
#[derive(Serialize, Deserialize)]
struct Remembered {
    key: String,
    exercises: Vec<Exercise>,
}

fn file(root: &Path) -> PathBuf {
    toolchain::build_folder(root).join("checker").join("catalogue.json")
}

/// The exercises, if cargo would say the same of them as last time.
pub fn recall(root: &Path) -> Option<Vec<Exercise>> {
    let remembered: Remembered = serde_json::from_slice(&fs::read(file(root)).ok()?).ok()?;
    (remembered.key == key(root)?).then_some(remembered.exercises)
}

/// Remembers what cargo said of the course, if nothing changed since `key` was computed. Failing to do so costs only time.
pub fn remember(root: &Path, key: Option<String>, exercises: &[Exercise]) -> Option<()> {
    let key = key.filter(|before| self::key(root).as_ref() == Some(before))?;
    // Without a build folder, nothing was built yet, and cargo makes it.
    toolchain::build_folder(root).exists().then_some(())?;
    let file = file(root);
    fs::create_dir_all(file.parent()?).ok()?;
    let unfinished = file.with_extension(std::process::id().to_string());
    fs::write(&unfinished, serde_json::to_vec(&Remembered { key, exercises: exercises.to_vec() }).ok()?).ok()?;
    fs::rename(unfinished, file).ok()
}

/// A hash of all that cargo looks at when it lists the packages of a workspace: the manifests, and which files could be
/// targets. `None` if the members are named in a way that is not understood here.
pub fn key(root: &Path) -> Option<String> {
    let mut hasher = DefaultHasher::new();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).ok()?;
    (root, &manifest).hash(&mut hasher);
    let manifest: Table = manifest.parse().ok()?;
    let members = manifest.get("workspace")?.get("members")?.as_array()?;
    for member in members.iter().map(Value::as_str) {
        for dir in expanded(root, member?)? {
            fs::read(dir.join("Cargo.toml")).ok().hash(&mut hasher);
            let inside = names(&dir);
            let folders = ["src", "tests", "examples", "benches"];
            for folder in folders.into_iter().filter(|folder| inside.iter().any(|name| name == folder)) {
                names(&dir.join(folder)).hash(&mut hasher);
            }
            (dir, inside).hash(&mut hasher);
        }
    }
    Some(format!("{:016x}", hasher.finish()))
}

/// The folders that `member` stands for, in which a `*` is all of a name.
fn expanded(root: &Path, member: &str) -> Option<Vec<PathBuf>> {
    let mut found = vec![root.to_owned()];
    for part in member.split('/') {
        if part == "*" {
            let inner = found.iter().flat_map(|dir| names(dir).into_iter().map(|name| dir.join(name)));
            found = inner.filter(|path| path.is_dir()).collect();
        } else if part.contains(['*', '?', '[']) {
            return None;
        } else {
            found = found.into_iter().map(|dir| dir.join(part)).collect();
        }
    }
    Some(found)
}

/// The names in `dir`, in order.
fn names(dir: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Would catch: an exercise that was added, renamed or changed, and is shown as it was before.
    #[test]
    fn whatever_cargo_looks_at_changes_the_key() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let write = |file: &str, text: &str| {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), text).unwrap();
        };
        write("Cargo.toml", "[workspace]\nmembers = [\"checker\", \"exercises/*/*\"]\n");
        write("exercises/01/a/Cargo.toml", "");
        write("exercises/01/a/src/lib.rs", "");
        let mut seen = BTreeSet::from([key(root).unwrap()]);
        for (file, text) in [
            ("exercises/01/a/Cargo.toml", "[package]"),
            ("exercises/01/a/tests/a.rs", ""),
            ("exercises/01/a/src/main.rs", ""),
            ("exercises/01/a/build.rs", ""),
            ("exercises/01/b/Cargo.toml", ""),
            ("exercises/02/c/Cargo.toml", ""),
            ("checker/Cargo.toml", ""),
            ("Cargo.toml", "[workspace]\nmembers = [\"checker\", \"exercises/*/*\"]\nexclude = [\"checker\"]\n"),
        ] {
            write(file, text);
            assert!(seen.insert(key(root).unwrap()), "{file}");
        }
        fs::remove_file(root.join("exercises/01/a/tests/a.rs")).unwrap();
        assert!(seen.insert(key(root).unwrap()), "a removed test");
        let before = key(root).unwrap();
        write("exercises/01/a/src/lib.rs", "pub fn a() {}");
        write("exercises/01/README.md", "");
        assert_eq!(key(root).unwrap(), before, "cargo does not look at these");
        write("Cargo.toml", "[workspace]\nmembers = [\"exer*/*/*\"]\n");
        assert_eq!(key(root), None);
    }
}
