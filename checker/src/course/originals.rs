//! The files of an exercise that belong to the course and not to the learner: its tests, its manifest, its build
//! script.
//!
//! Their hashes are stored beside the solution; `dev verify` writes them. An exercise that is still being written has
//! no hashes to compare with.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::course::exercise::Exercise;
use crate::course::version::sources;

/// The file in the folder of the solution.
pub const FILE: &str = "originals.toml";

const HEAD: &str =
    "# Written by `checker dev verify`. By these hashes a check notices a file that is not the course's.\n";

/// The hash of each file, keyed by its path in the folder of the exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Originals(BTreeMap<String, String>);

impl Originals {
    /// The hashes stored in `solution`, if there are any.
    pub fn read(solution: &Path) -> Option<Originals> {
        Originals::parse(&fs::read_to_string(solution.join(FILE)).ok()?)
    }

    /// The hashes in `text`, if it is understood.
    pub fn parse(text: &str) -> Option<Originals> {
        toml::from_str(text).ok().map(Originals)
    }

    /// The hashes of the files of `exercise` on disk.
    pub fn of(exercise: &Exercise) -> Originals {
        let hashed = sources(&exercise.dir).into_iter().filter_map(|file| {
            let name = file.strip_prefix(&exercise.dir).ok()?.to_str()?.replace('\\', "/");
            (!name.starts_with("src/")).then_some((name, hash(&fs::read(&file).ok()?)))
        });
        Originals(hashed.collect())
    }

    /// Stores the hashes in `solution`. Returns whether that changed them.
    pub fn keep(&self, solution: &Path) -> io::Result<bool> {
        let lines = self.0.iter().map(|(file, hash)| format!("{file:?} = {hash:?}\n"));
        let (file, text) = (solution.join(FILE), HEAD.to_owned() + &lines.collect::<String>());
        let is_new = fs::read_to_string(&file).map_or(true, |old| old != text);
        if is_new {
            fs::write(file, text)?;
        }
        Ok(is_new)
    }

    /// The files of `exercise` that were changed or deleted, and an added build script, which would run before any
    /// test. Added tests do no harm.
    pub fn altered(&self, exercise: &Exercise) -> Vec<String> {
        let Originals(found) = Originals::of(exercise);
        let differs = self.0.iter().filter(|(file, hash)| found.get(*file) != Some(hash)).map(|(file, _)| file);
        let script = found.keys().filter(|file| *file == "build.rs" && !self.0.contains_key(*file));
        differs.chain(script).cloned().collect()
    }

    /// Whether each test of `exercise` is as the course has it.
    pub fn has_tests_of(&self, exercise: &Exercise) -> bool {
        let is_original = |test: &PathBuf| {
            let name = test.strip_prefix(&exercise.dir).ok()?.to_str()?.replace('\\', "/");
            Some(self.is_original(&name, &fs::read(test).ok()?))
        };
        exercise.tests.iter().all(|test| is_original(test) == Some(true))
    }

    /// Whether `file` belongs to the course.
    pub fn has(&self, file: &str) -> bool {
        self.0.contains_key(file)
    }

    /// Whether `text` is the original content of `file`.
    pub fn is_original(&self, file: &str, text: &[u8]) -> bool {
        self.0.get(file).is_some_and(|original| *original == hash(text))
    }
}

/// FNV-1a of the text without carriage returns, which git may add. Detects accidents, not fraud.
pub fn hash(text: &[u8]) -> String {
    let letters = text.iter().filter(|byte| **byte != b'\r');
    let hash =
        letters.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example::exercise;
    use crate::error::COMMAND;

    #[test]
    fn altered_files_of_the_course_are_named_and_the_learners_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut abba = exercise("abba");
        abba.dir = dir.path().to_owned();
        let write = |file: &str, text: &str| {
            fs::create_dir_all(dir.path().join(file).parent().unwrap()).unwrap();
            fs::write(dir.path().join(file), text).unwrap();
        };
        for file in ["Cargo.toml", "src/lib.rs", "tests/abba.rs", "tests/common/mod.rs"] {
            write(file, "one\ntwo\n");
        }
        let originals = Originals::of(&abba);
        assert!(originals.keep(dir.path()).unwrap(), "it is new");
        assert!(!originals.keep(dir.path()).unwrap(), "it is there");
        assert_eq!(Originals::read(dir.path()), Some(originals.clone()));
        write("src/lib.rs", "mine");
        write("tests/mine.rs", "mine");
        write("tests/abba.rs", "one\r\ntwo\r\n");
        assert_eq!(originals.altered(&abba), Vec::<String>::new());
        write("tests/abba.rs", "one\n");
        write("Cargo.toml", "two\n");
        write("build.rs", "fn main() {}\n");
        fs::remove_file(dir.path().join("tests/common/mod.rs")).unwrap();
        assert_eq!(originals.altered(&abba), ["Cargo.toml", "tests/abba.rs", "tests/common/mod.rs", "build.rs"]);
        assert!(
            originals.is_original("tests/abba.rs", b"one\ntwo\n") && !originals.is_original("tests/abba.rs", b"one")
        );
    }

    /// Would catch: tests that were changed without their hashes, so that no answer passes.
    #[test]
    fn the_stored_hashes_match_the_files_of_the_course() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folders = |dir: &Path| -> Vec<_> {
            let entries = fs::read_dir(dir).unwrap().filter_map(Result::ok);
            entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
        };
        let chapters = folders(&root.join("exercises"));
        let mut compared = 0;
        for dir in chapters.iter().flat_map(|chapter| folders(chapter)) {
            let mut example = exercise("abba");
            example.dir.clone_from(&dir);
            let solution = root.join("solutions").join(dir.strip_prefix(root.join("exercises")).unwrap());
            let kept = Originals::read(&solution);
            let help = format!("`{COMMAND} dev verify` writes them");
            assert_eq!(kept, Some(Originals::of(&example)), "{}: {help}", dir.display());
            compared += 1;
        }
        assert!(compared > 40, "{compared}");
    }
}
