//! What the book is made of: the texts and answers of the course, read from disk. The learner's own files are not read.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::authoring::proof::{self, Attempt};
use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::error::{COMMAND, UserError};

/// The texts of the course.
#[derive(Clone, Debug)]
pub struct Material {
    /// The front page of the course, with the glossary.
    pub front: String,
    /// In order.
    pub chapters: Vec<Chapter>,
}

#[derive(Clone, Debug)]
pub struct Chapter {
    /// `02_mutex`.
    pub folder: String,
    pub lesson: String,
    /// In order.
    pub entries: Vec<Entry>,
}

/// An exercise and its answers.
#[derive(Clone, Debug)]
pub struct Entry {
    pub exercise: Exercise,
    pub brief: String,
    pub hints: String,
    pub explanation: String,
    /// The starter, the solution, and the other answers.
    pub answers: Vec<Attempt>,
}

impl Material {
    pub fn read(catalogue: &Catalogue) -> Result<Material> {
        let root = &catalogue.root;
        let mut chapters: Vec<Chapter> = Vec::new();
        for exercise in &catalogue.exercises {
            if chapters.last().is_none_or(|chapter| chapter.folder != exercise.chapter) {
                let folder = exercise.chapter.clone();
                let lesson = text(root, &format!("exercises/{folder}/README.md"), "the lesson")?;
                chapters.push(Chapter { folder, lesson, entries: Vec::new() });
            }
            let entry = Entry::read(catalogue, exercise)?;
            chapters.last_mut().expect("there is one").entries.push(entry);
        }
        Ok(Material { front: text(root, FRONT, "the front page")?, chapters })
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.chapters.iter().flat_map(|chapter| &chapter.entries)
    }
}

/// The front page of the course.
pub const FRONT: &str = "exercises/README.md";

impl Entry {
    fn read(catalogue: &Catalogue, exercise: &Exercise) -> Result<Entry> {
        let root = &catalogue.root;
        let own = |tree: &str, file: &str| format!("{tree}/{}/{file}", exercise.path());
        let (answers, complaints) = proof::attempts(exercise, &catalogue.solution(exercise))?;
        // An answer that cannot be read, or that does not say what is wrong with it.
        let unreadable = complaints.iter().find(|complaint| !matches!(&*complaint.subject, "accepted" | "rejected"));
        if let Some(complaint) = unreadable {
            let what = format!("`{}`, {}: {}", exercise.name, complaint.subject, complaint.objection);
            return Err(UserError::new(what, format!("run `{COMMAND} dev verify {}`", exercise.name)).into());
        }
        Ok(Entry {
            exercise: exercise.clone(),
            brief: text(root, &own("exercises", "README.md"), "the brief")?,
            hints: text(root, &own("exercises", "hints.md"), "the hints")?,
            explanation: text(root, &own("solutions", "README.md"), "the explanation")?,
            answers,
        })
    }

    pub fn answer(&self, name: &str) -> Option<&Attempt> {
        self.answers.iter().find(|answer| answer.name == name)
    }

    /// The answers in a folder, such as `rejected`, each with its name there.
    pub fn answers_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a Attempt)> {
        let name = move |answer: &'a Attempt| answer.name.strip_prefix(folder)?.strip_prefix('/');
        self.answers.iter().filter_map(move |answer| Some((name(answer)?, answer)))
    }
}

/// The text of `file`, with the line endings of Unix.
fn text(root: &Path, file: &str, what: &str) -> Result<String> {
    match fs::read_to_string(root.join(file)) {
        Ok(text) => Ok(text.replace('\r', "")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(UserError::new(format!("{what} {file} is missing"), "write it, or restore it with git").into())
        }
        Err(error) => {
            Err(UserError::new(format!("{what} {file} cannot be read: {error}"), "restore it with git").into())
        }
    }
}

#[cfg(test)]
pub mod example {
    use super::*;
    use crate::authoring::proof::Expected;
    use crate::course::exercise::example;
    use crate::verdict::Kind;

    /// A course with one exercise.
    pub fn material() -> Material {
        let deadlock = Expected::Fails { kind: Kind::Deadlock, detail: None };
        let answer = |name: &str, expected: &Expected, source: &str| Attempt {
            exercise: "abba".to_owned(),
            name: name.to_owned(),
            expected: expected.clone(),
            source: source.to_owned(),
        };
        let rejected = "//! verdict: deadlock\n//! Sleeps.\n//!\n//! A shop.\n\nfn a() {}\nfn b<T>() {}\n";
        let entry = Entry {
            exercise: example::exercise("abba"),
            brief: "# Two locks ★★\n\nSee [the lesson](../README.md).\n".to_owned(),
            hints: "## 1\n\nWho?\n\n## 2\n\nLook.\n\n## 3\n\nDo.\n".to_owned(),
            explanation: "One order. More in [the lesson](../../../exercises/02_mutex/README.md).\n".to_owned(),
            answers: vec![
                answer("starter", &deadlock, "//! A shop.\n\nfn starter() {}\n"),
                answer("solution", &Expected::Passes, "//! A shop.\n\nfn a() {}\n"),
                answer("accepted/one_lock", &Expected::Passes, "//! One lock.\n\nfn one() {}\n"),
                answer("rejected/sleep", &deadlock, rejected),
            ],
        };
        let lesson = "# Mutex\n\nA deadlock. See the [glossary](../README.md#words).\n".to_owned();
        let chapter = Chapter { folder: "02_mutex".to_owned(), lesson, entries: vec![entry] };
        let front = "# Course\n\n[Begin](02_mutex/README.md).\n\n## Words\n\n- **deadlock**: A cycle.\n".to_owned();
        Material { front, chapters: vec![chapter] }
    }
}
