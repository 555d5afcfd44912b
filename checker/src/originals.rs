//! The files of an exercise that are the course's and not the learner's: its tests, its manifest, its build script.
//!
//! What they are is kept beside the solution, as hashes, which `dev verify` writes. An exercise without them has none to
//! compare with, as while it is being made.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::exercise::Exercise;
use crate::verdict::{Kind, Verdict};
use crate::version::sources;

/// In the folder of the solution.
const FILE: &str = "originals.toml";

const HEAD: &str =
    "# Written by `checker dev verify`. By these hashes a check notices a file that is not the course's.\n";

/// The hash of each file, by its path in the folder of the exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Originals(BTreeMap<String, String>);

impl Originals {
    /// Those that are kept in `solution`, if there are any.
    pub fn read(solution: &Path) -> Option<Originals> {
        let text = fs::read_to_string(solution.join(FILE)).ok()?;
        toml::from_str(&text).ok().map(Originals)
    }

    /// Those of `exercise` as it is on disk.
    pub fn of(exercise: &Exercise) -> Originals {
        let hashed = sources(&exercise.dir).into_iter().filter_map(|file| {
            let name = file.strip_prefix(&exercise.dir).ok()?.to_str()?.replace('\\', "/");
            (!name.starts_with("src/")).then_some((name, hash(&fs::read(&file).ok()?)))
        });
        Originals(hashed.collect())
    }

    /// Keeps them in `solution`, and says whether anything else was kept there.
    pub fn keep(&self, solution: &Path) -> io::Result<bool> {
        let lines = self.0.iter().map(|(file, hash)| format!("{file:?} = {hash:?}\n"));
        let (file, text) = (solution.join(FILE), HEAD.to_owned() + &lines.collect::<String>());
        let is_new = fs::read_to_string(&file).map_or(true, |old| old != text);
        if is_new {
            fs::write(file, text)?;
        }
        Ok(is_new)
    }

    /// The files of `exercise` that are other ones, or gone. A further test of the learner's own does no harm; a build
    /// script does things before any test.
    pub fn altered(&self, exercise: &Exercise) -> Vec<String> {
        let Originals(found) = Originals::of(exercise);
        let differs = self.0.iter().filter(|(file, hash)| found.get(*file) != Some(hash)).map(|(file, _)| file);
        let script = found.keys().filter(|file| *file == "build.rs" && !self.0.contains_key(*file));
        differs.chain(script).cloned().collect()
    }

    /// Whether `file` is the course's.
    pub fn has(&self, file: &str) -> bool {
        self.0.contains_key(file)
    }

    /// Whether `text` is what `file` is to be.
    pub fn is_original(&self, file: &str, text: &[u8]) -> bool {
        self.0.get(file).is_some_and(|original| *original == hash(text))
    }

    /// `verdict` about `exercise`, with a word about files that are not the course's. Whatever passes with them has not
    /// passed.
    pub fn judge(&self, mut verdict: Verdict, exercise: &Exercise) -> Verdict {
        let altered = self.altered(exercise);
        if altered.is_empty() {
            return verdict;
        }
        let which = format!(
            "not the course's: {}; `checker reset {} --tests` restores that",
            altered.join(", "),
            exercise.name
        );
        verdict.headline = match verdict.kind {
            Kind::Passed => format!("it passes, but that does not count, with files that are {which}"),
            _ => format!("{}; some files are {which}", verdict.headline),
        };
        if verdict.passed() {
            verdict.kind = Kind::Altered;
        }
        verdict
    }
}

/// FNV-1a, of the text without carriage returns, which git may add. Whoever wants to fool it can; it is there to notice.
fn hash(text: &[u8]) -> String {
    let letters = text.iter().filter(|byte| **byte != b'\r');
    let hash =
        letters.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exercise::example::exercise;
    use crate::verdict::example;

    #[test]
    fn what_is_not_the_courses_is_named_and_what_is_the_learners_is_not() {
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

    #[test]
    fn what_passes_with_other_tests_has_not_passed_and_what_fails_still_fails() {
        let mut abba = exercise("abba");
        abba.dir = "/nowhere".into();
        let originals = Originals(BTreeMap::from([("tests/abba.rs".to_owned(), "0".to_owned())]));
        let passed = originals.judge(example::verdict("abba", Kind::Passed), &abba);
        assert_eq!(passed.kind, Kind::Altered);
        assert_eq!(
            passed.headline,
            "it passes, but that does not count, with files that are not the course's: tests/abba.rs; `checker reset abba \
             --tests` restores that"
        );
        let failed = originals.judge(example::verdict("abba", Kind::Deadlock), &abba);
        assert_eq!(failed.kind, Kind::Deadlock);
        assert!(failed.headline.starts_with("deadlock it is; some files are not the course's: tests/abba.rs;"));
        let unchanged = example::verdict("abba", Kind::Passed);
        assert_eq!(Originals::default().judge(unchanged.clone(), &abba), unchanged);
    }
}
