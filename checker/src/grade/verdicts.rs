//! Verdicts by content, on disk: an equal file is examined once, in one class or in the next, and what was examined
//! before grading was killed is not examined again.
//!
//! Each is a file of its own, which appears complete or not at all. It holds the text that it is about, which is compared
//! in full: with a hash alone, two texts could be made to share a verdict.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::course::originals::hash;
use crate::course::store;
use crate::grade::report::Examined;

/// The folder of the verdicts.
pub struct Verdicts {
    dir: PathBuf,
}

/// What a verdict is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub exercise: &'a str,
    /// Everything besides the text that decides: the edition of the exercise, and where it is examined.
    pub terms: &'a str,
    pub text: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    terms: String,
    text: String,
    examined: Examined,
}

impl Verdicts {
    /// Those of the course at `root`.
    pub fn new(root: &Path) -> Verdicts {
        Verdicts { dir: root.join(".checker").join("grade") }
    }

    pub fn find(&self, subject: Subject<'_>) -> Option<Examined> {
        let kept: Kept = serde_json::from_slice(&fs::read(self.file(subject)).ok()?).ok()?;
        (kept.text == subject.text && kept.terms == subject.terms).then_some(kept.examined)
    }

    /// Keeps `examined`. Returns why it cannot be kept, which costs time and nothing else.
    pub fn keep(&self, subject: Subject<'_>, examined: &Examined) -> Result<(), String> {
        let file = self.file(subject);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(file.parent().unwrap_or(&self.dir))?;
            let (terms, text) = (subject.terms.to_owned(), subject.text.to_owned());
            let kept = Kept { terms, text, examined: examined.clone() };
            store::replace(&file, &serde_json::to_vec(&kept)?)
        };
        write().map_err(|error| format!("{} cannot be written: {error}", file.display()))
    }

    fn file(&self, subject: Subject<'_>) -> PathBuf {
        let name = hash(format!("{} {}", subject.terms, subject.text).as_bytes());
        self.dir.join(subject.exercise).join(name + ".json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: a verdict that is taken for another text or for other terms, because the names of the files are
    /// equal.
    #[test]
    fn a_verdict_is_found_for_the_same_text_and_terms_only() {
        let dir = tempfile::tempdir().unwrap();
        let verdicts = Verdicts::new(dir.path());
        let (mine, refused) = (Subject { exercise: "abba", terms: "1", text: "a" }, Examined::refused("because"));
        assert_eq!(verdicts.find(mine), None);
        verdicts.keep(mine, &refused).unwrap();
        assert_eq!(verdicts.find(mine), Some(refused));
        for other in [Subject { terms: "2", ..mine }, Subject { text: "b", ..mine }] {
            assert_eq!(verdicts.find(other), None);
            fs::copy(verdicts.file(mine), verdicts.file(other)).unwrap();
            assert_eq!(verdicts.find(other), None, "the name of the file proves nothing");
        }
        fs::write(verdicts.file(mine), "damaged").unwrap();
        assert_eq!(verdicts.find(mine), None);
    }
}
