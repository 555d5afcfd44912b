//! Decides what an update does with each file. Values in, values out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::tree::{Blob, History, Tree};

/// What an update changes in one version of the files, and what it means for the learner.
#[derive(Debug, Default)]
pub struct Plan {
    /// The new content of each file that changes; `None` if it is removed.
    pub changes: BTreeMap<String, Option<Blob>>,
    /// The learner's files, all of which are backed up.
    pub edited: BTreeSet<String>,
    pub rows: Vec<Row>,
}

/// What happens to an exercise or to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub fate: Fate,
    /// The exercise, such as `abba`, or the path of a file.
    pub name: String,
    pub details: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The learner's file stays.
    Kept,
    /// It has another folder now; the learner's file went along.
    Moved,
    New,
    Updated,
    Removed,
    /// The learner had edited a file of the course; it has the course's content again.
    Replaced,
    /// Saved during the update, so the file that was saved is in the backup.
    BackedUp,
}

/// The folder of the exercise that `path` lies in: `exercises/02_mutex/03_abba`.
fn folder(path: &str) -> Option<&str> {
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let end = slashes.nth(2)?;
    path.starts_with("exercises/").then(|| &path[..end])
}

/// The folder of the exercise whose manifest `path` is.
pub fn exercise_of(path: &str) -> Option<&str> {
    path.strip_suffix("/Cargo.toml").filter(|dir| folder(path) == Some(dir))
}

/// Whether `path` is one that the learner is to edit.
pub fn is_learners(path: &str) -> bool {
    folder(path).is_some_and(|folder| path[folder.len()..].starts_with("/src/"))
}

/// `abba` of `exercises/02_mutex/03_abba`. Chapters and exercises may be numbered anew; the name stays.
fn name(folder: &str) -> &str {
    let last = folder.rsplit('/').next().unwrap_or(folder);
    last.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('_')
}

/// The starter of the exercise in `folder`, as the course keeps it.
fn starter(folder: &str) -> String {
    folder.replacen("exercises/", "solutions/", 1) + "/starter.rs"
}

/// The folder of each exercise, by its name.
fn exercises(tree: &Tree) -> BTreeMap<&str, &str> {
    tree.keys().filter_map(|path| exercise_of(path)).map(|folder| (name(folder), folder)).collect()
}

/// What turns `now` into `new` without losing what the learner has written.
pub fn plan(now: &Tree, new: &Tree, history: &History) -> Plan {
    let is_edited = |path: &str, blob: &Blob| {
        let is_starter =
            || folder(path).and_then(|folder| now.get(&starter(folder))).is_some_and(|starter| starter.id == blob.id);
        let is_the_new_one = new.get(path).is_some_and(|new| new.id == blob.id);
        !(is_the_new_one || history.has(path, blob) || is_learners(path) && is_starter())
    };
    let mut plan = Plan::default();
    for (path, blob) in now.iter().filter(|(path, blob)| is_edited(path, blob)) {
        if is_learners(path) || new.contains_key(path) || history.has_path(path) {
            plan.edited.insert(path.clone());
        }
        // Otherwise, it is a file of the learner's own, which the course does not know.
        debug_assert!(new.get(path).is_none_or(|new| new.id != blob.id));
    }
    for (path, blob) in new {
        let is_kept = is_learners(path) && plan.edited.contains(path);
        if now.get(path) != Some(blob) && !is_kept {
            plan.changes.insert(path.clone(), Some(blob.clone()));
        }
    }
    let (before, after) = (exercises(now), exercises(new));
    let gone = now.keys().filter(|path| !new.contains_key(*path)).filter(|path| {
        let goes_with_its_exercise = folder(path).is_some_and(|folder| {
            plan.edited.contains(*path)
                && before.get(name(folder)) == Some(&folder)
                && !after.values().any(|f| *f == folder)
        });
        history.has_path(path) || goes_with_its_exercise
    });
    let gone: Vec<String> = gone.cloned().collect();
    plan.changes.extend(gone.into_iter().map(|path| (path, None)));
    plan.follow(now, &before, &after);
    plan.report(now, new, &before, &after);
    plan
}

impl Plan {
    /// Takes the learner's files along into the new folders of their exercises.
    fn follow(&mut self, now: &Tree, before: &BTreeMap<&str, &str>, after: &BTreeMap<&str, &str>) {
        for path in self.edited.iter().filter(|path| is_learners(path)) {
            let Some(old) = folder(path) else { continue };
            let Some(new) = after.get(name(old)).filter(|new| **new != old && before.get(name(old)) == Some(&old))
            else {
                continue;
            };
            let target = format!("{new}{}", &path[old.len()..]);
            self.changes.insert(target, now.get(path).cloned());
        }
    }

    /// Adds a row for each exercise that changes or that the learner has edited, and for each edited file of the course.
    fn report(&mut self, now: &Tree, new: &Tree, before: &BTreeMap<&str, &str>, after: &BTreeMap<&str, &str>) {
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let mut rows: Vec<Row> = names
            .into_iter()
            .filter_map(|name| {
                let (old, new_folder) = (before.get(name).copied(), after.get(name).copied());
                let (fate, details) = self.fate((now, old), (new, new_folder))?;
                Some(Row { fate, name: name.to_owned(), details })
            })
            .collect();
        for path in self.edited.iter().filter(|path| !is_learners(path)) {
            if let Some(change) = self.changes.get(path) {
                let what = if change.is_some() { "the course's again" } else { "removed" };
                let details = format!("you had edited it; {what}, yours is in the backup");
                rows.push(Row { fate: Fate::Replaced, name: path.clone(), details });
            }
        }
        rows.sort_by_key(|row| row.fate);
        self.rows = rows;
    }

    /// What becomes of the exercise in `old`, which will be in `new_folder`; `None` if nothing does.
    fn fate(
        &self,
        (now, old): (&Tree, Option<&str>),
        (new, new_folder): (&Tree, Option<&str>),
    ) -> Option<(Fate, String)> {
        let within = |path: &str, dir: Option<&str>| dir.is_some() && folder(path) == dir;
        let is_edited = self.edited.iter().any(|path| is_learners(path) && within(path, old));
        let yours = if is_edited { "your file" } else { "the starter" };
        let Some(new_folder) = new_folder else {
            let details = if is_edited { "your file is in the backup" } else { "you had not begun" };
            return Some((Fate::Removed, details.to_owned()));
        };
        let Some(old) = old else { return Some((Fate::New, new_folder.trim_start_matches("exercises/").to_owned())) };
        if old != new_folder {
            let to = new_folder.trim_start_matches("exercises/");
            return Some((Fate::Moved, format!("to {to}, with {yours}")));
        }
        let changed: Vec<&str> =
            self.changes.keys().filter(|path| within(path, Some(old))).map(|path| &path[old.len() + 1..]).collect();
        let starter = starter(old);
        let has_new_starter = now.get(&starter).map(|blob| &blob.id) != new.get(&starter).map(|blob| &blob.id);
        match (is_edited, has_new_starter, changed.is_empty()) {
            (true, true, _) => {
                Some((Fate::Kept, "your file; the course has a new starter, which is not taken".to_owned()))
            }
            (true, false, true) => Some((Fate::Kept, "your file; nothing new".to_owned())),
            (true, false, false) => Some((Fate::Kept, format!("your file; new: {}", changed.join(", ")))),
            (false, _, true) => None,
            (false, _, false) => Some((Fate::Updated, format!("you had not begun; new: {}", changed.join(", ")))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let blob = |id: &str| Blob { mode: "100644".to_owned(), id: id.to_owned() };
        files.iter().map(|(path, id)| ((*path).to_owned(), blob(id))).collect()
    }

    fn history(trees: &[&Tree]) -> History {
        let mut history = History::default();
        for (path, blob) in trees.iter().copied().flatten() {
            history.add(path, &blob.id);
        }
        history
    }

    /// The changes as `PATH=ID`, or `PATH-`, and the rows.
    fn planned(now: &Tree, new: &Tree, known: &[&Tree]) -> (Vec<String>, Vec<String>) {
        let plan = plan(now, new, &history(known));
        let change = |(path, blob): (&String, &Option<Blob>)| match blob {
            Some(blob) => format!("{path}={}", blob.id),
            None => format!("{path}-"),
        };
        let rows = plan.rows.iter().map(|row| format!("{:?} {}: {}", row.fate, row.name, row.details));
        (plan.changes.iter().map(change).collect(), rows.collect())
    }

    #[test]
    fn an_edited_file_stays_and_the_course_comes() {
        let (manifest, source, test) =
            ("exercises/1/01_a/Cargo.toml", "exercises/1/01_a/src/lib.rs", "exercises/1/01_a/tests/a.rs");
        let old = tree(&[(manifest, "m1"), (source, "s1"), (test, "t1"), ("README.md", "r1")]);
        let new = tree(&[(manifest, "m1"), (source, "s2"), (test, "t2"), ("README.md", "r2")]);
        let (changes, rows) = planned(&old, &new, &[&old, &new]);
        assert_eq!(changes, ["README.md=r2", &format!("{source}=s2"), &format!("{test}=t2")]);
        assert_eq!(rows, ["Updated a: you had not begun; new: src/lib.rs, tests/a.rs"]);
        let mine = tree(&[(manifest, "m1"), (source, "mine"), (test, "t1"), ("README.md", "edited"), ("notes", "n")]);
        let (changes, rows) = planned(&mine, &new, &[&old, &new]);
        assert_eq!(changes, ["README.md=r2", &format!("{test}=t2")]);
        assert_eq!(
            rows,
            [
                "Kept a: your file; new: tests/a.rs",
                "Replaced README.md: you had edited it; the course's again, yours is in the backup"
            ]
        );
    }

    /// Would catch: a starter that counts as the learner's work because the history of the course was rewritten.
    #[test]
    fn a_starter_is_known_by_its_copy_too() {
        let files = ["exercises/1/01_a/Cargo.toml", "exercises/1/01_a/src/lib.rs", "solutions/1/01_a/starter.rs"];
        let old = tree(&[(files[0], "m1"), (files[1], "s1"), (files[2], "s1")]);
        let new = tree(&[(files[0], "m1"), (files[1], "s2"), (files[2], "s2")]);
        assert!(planned(&old, &new, &[&new]).0.contains(&format!("{}=s2", files[1])));
    }

    #[test]
    fn an_exercise_that_is_renumbered_takes_the_learners_files_along() {
        let old = tree(&[("exercises/1/01_a/Cargo.toml", "m"), ("exercises/1/01_a/src/lib.rs", "s")]);
        let mine = tree(&[
            ("exercises/1/01_a/Cargo.toml", "m"),
            ("exercises/1/01_a/src/lib.rs", "mine"),
            ("exercises/1/01_a/src/own.rs", "own"),
        ]);
        let new = tree(&[("exercises/2/07_a/Cargo.toml", "m"), ("exercises/2/07_a/src/lib.rs", "s")]);
        let (changes, rows) = planned(&mine, &new, &[&old, &new]);
        assert_eq!(
            changes,
            [
                "exercises/1/01_a/Cargo.toml-",
                "exercises/1/01_a/src/lib.rs-",
                "exercises/1/01_a/src/own.rs-",
                "exercises/2/07_a/Cargo.toml=m",
                "exercises/2/07_a/src/lib.rs=mine",
                "exercises/2/07_a/src/own.rs=own",
            ]
        );
        assert_eq!(rows, ["Moved a: to 2/07_a, with your file"]);
    }

    #[test]
    fn new_and_removed_exercises_are_named() {
        let old = tree(&[("exercises/1/01_a/Cargo.toml", "m"), ("exercises/1/01_a/src/lib.rs", "s")]);
        let mine = tree(&[("exercises/1/01_a/Cargo.toml", "m"), ("exercises/1/01_a/src/lib.rs", "mine")]);
        let new = tree(&[("exercises/1/01_b/Cargo.toml", "n"), ("exercises/1/01_b/src/lib.rs", "t")]);
        let (changes, rows) = planned(&mine, &new, &[&old, &new]);
        assert_eq!(changes.len(), 4, "{changes:?}");
        assert_eq!(rows, ["New b: 1/01_b", "Removed a: your file is in the backup"]);
    }
}
