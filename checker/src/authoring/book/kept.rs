//! What was seen when answers ran, kept in the build folder: to run them all takes minutes.
//!
//! Everything is kept under a hash of the answers, the tests and the test kit, so that what is out of date is not found.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use trace::Report;
use trace::map::Map;
use trace::wire;

use crate::authoring::book::play::Game;
use crate::authoring::book::shown::{Seen, Shown};
use crate::authoring::proof::Attempt;
use crate::authoring::proof::trial::Tried;
use crate::course::exercise::Exercise;
use crate::course::originals::hash;
use crate::course::version;
use crate::system::toolchain;

/// The folder for what was seen.
pub struct Kept {
    dir: PathBuf,
    /// The hash of the test kit.
    kit: String,
}

/// Whether there is a game, if that was found out.
pub enum Known {
    No,
    Yes(Option<Box<Game>>),
}

#[derive(Serialize, Deserialize)]
struct Answers {
    key: String,
    shown: Shown,
}

#[derive(Serialize, Deserialize)]
struct GameHead {
    key: String,
    /// The test that is played; `None` if no test of the exercise makes a game.
    test: Option<String>,
}

impl Kept {
    pub fn of(root: &Path) -> Kept {
        let mut files = vec![root.join("Cargo.lock")];
        for folder in ["checker/interleave", "checker/trace"] {
            version::collect(&root.join(folder), &mut files);
        }
        Kept { dir: toolchain::target_dir(root).join("book/seen"), kit: hash_of(&files, "") }
    }

    /// The key of what is seen of `answers` to `exercise`.
    pub fn key(&self, exercise: &Exercise, answers: &[Attempt]) -> String {
        let mut texts = self.kit.clone();
        for answer in answers {
            texts += &format!("{}\0{}\0", answer.name, answer.source);
        }
        let files: Vec<PathBuf> =
            version::sources(&exercise.dir).into_iter().filter(|file| *file != exercise.source()).collect();
        hash_of(&files, &texts)
    }

    pub fn answers(&self, exercise: &str, key: &str) -> Option<Shown> {
        let answers: Answers = serde_json::from_slice(&fs::read(self.file(exercise, "answers.json")).ok()?).ok()?;
        (answers.key == key).then_some(answers.shown)
    }

    pub fn keep_answers(&self, exercise: &str, key: &str, shown: &Shown) -> Result<()> {
        let answers = Answers { key: key.to_owned(), shown: shown.clone() };
        self.write(exercise, "answers.json", &serde_json::to_string(&answers)?)
    }

    /// Keeps what `dev verify` has seen, so that the answers need not run again for the book.
    pub fn keep_tried(&self, exercise: &Exercise, answers: &[Attempt], tried: &[Tried]) -> Result<()> {
        let seen = tried.iter().map(|tried| (tried.attempt.name.clone(), Seen::of(&tried.verdict)));
        let shown = Shown { answers: seen.collect(), game: None };
        self.keep_answers(&exercise.name, &self.key(exercise, answers), &shown)
    }

    pub fn game(&self, exercise: &str, key: &str) -> Known {
        let head = fs::read(self.file(exercise, "game.json")).ok();
        let head = head.and_then(|text| serde_json::from_slice::<GameHead>(&text).ok()).filter(|head| head.key == key);
        let map = |name: &str| wire::read(&fs::read_to_string(self.file(exercise, name)).ok()?)?.map;
        match head {
            None => Known::No,
            Some(GameHead { test: None, .. }) => Known::Yes(None),
            Some(GameHead { test: Some(test), .. }) => match (map("starter.map"), map("solution.map")) {
                (Some(starter), Some(solution)) => Known::Yes(Some(Box::new(Game { test, starter, solution }))),
                _ => Known::No,
            },
        }
    }

    pub fn keep_game(&self, exercise: &str, key: &str, game: Option<&Game>) -> Result<()> {
        let maps = game.into_iter().flat_map(|game| [("starter.map", &game.starter), ("solution.map", &game.solution)]);
        for (name, map) in maps {
            self.write(exercise, name, &wire::write(&report(map.clone())))?;
        }
        // The last one, because it makes the others count.
        let head = GameHead { key: key.to_owned(), test: game.map(|game| game.test.clone()) };
        self.write(exercise, "game.json", &serde_json::to_string(&head)?)
    }

    fn file(&self, exercise: &str, name: &str) -> PathBuf {
        self.dir.join(exercise).join(name)
    }

    fn write(&self, exercise: &str, name: &str, text: &str) -> Result<()> {
        let file = self.file(exercise, name);
        let write = || -> io::Result<()> {
            fs::create_dir_all(self.dir.join(exercise))?;
            fs::write(&file, text)
        };
        write().with_context(|| format!("{} cannot be written", file.display()))
    }
}

fn report(map: Map) -> Report {
    Report { map: Some(map), ..Report::default() }
}

/// The hash of `text` and of the names and contents of `files`.
fn hash_of(files: &[PathBuf], text: &str) -> String {
    let mut all = text.as_bytes().to_vec();
    for file in files {
        all.extend(file.file_name().unwrap_or_default().as_encoded_bytes());
        all.push(0);
        all.extend(fs::read(file).unwrap_or_default());
        all.push(0);
    }
    hash(&all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authoring::book::material::example;

    #[test]
    fn what_is_out_of_date_is_not_found() {
        let root = tempfile::tempdir().unwrap();
        let kept = Kept { dir: root.path().to_owned(), kit: "1".to_owned() };
        let material = example::material();
        let entry = &material.chapters[0].entries[0];
        let key = kept.key(&entry.exercise, &entry.answers);
        assert!(matches!(kept.game("abba", &key), Known::No));
        let shown = Shown { answers: [("starter".to_owned(), Default::default())].into(), game: None };
        kept.keep_answers("abba", &key, &shown).unwrap();
        kept.keep_game("abba", &key, None).unwrap();
        assert_eq!(kept.answers("abba", &key), Some(shown));
        assert!(matches!(kept.game("abba", &key), Known::Yes(None)));
        let mut changed = entry.answers.clone();
        changed[3].source += " ";
        let other = kept.key(&entry.exercise, &changed);
        assert_ne!(key, other);
        assert_eq!(kept.answers("abba", &other), None);
        assert!(matches!(kept.game("abba", &other), Known::No));
    }
}
