//! The files of one version of the course, as git stores them.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;

use crate::system::git::Git;

/// The content of a file: the id that git gives it, and its mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub mode: String,
    pub id: String,
}

/// Each file, by its path with `/`.
pub type Tree = BTreeMap<String, Blob>;

/// Reads the tree of a commit or of a tree. A path that is not UTF-8 is none of the course's, so it is left out.
pub fn read(git: &Git<'_>, name: &str) -> Result<Tree> {
    Ok(parse(&git.run(&["ls-tree", "-r", "-z", "--full-tree", name])?))
}

fn parse(listed: &[u8]) -> Tree {
    let entries = listed.split(|byte| *byte == 0).filter_map(|entry| std::str::from_utf8(entry).ok());
    let files = entries.filter_map(|entry| {
        let (about, path) = entry.split_once('\t')?;
        let mut about = about.split(' ');
        let (mode, "blob", id) = (about.next()?, about.next()?, about.next()?) else { return None };
        Some((path.to_owned(), Blob { mode: mode.to_owned(), id: id.to_owned() }))
    });
    files.collect()
}

/// Every content that each path has had in some version of the course. A file with such a content is the course's;
/// with any other, it is the learner's.
#[derive(Debug, Default)]
pub struct History(HashMap<String, HashSet<String>>);

impl History {
    /// The history of `commit`. It must be one of the course: a fork's has the learner's answers.
    pub fn read(git: &Git<'_>, commit: &str) -> Result<History> {
        let options = ["log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--root", "-m", "-z"];
        let mut history = History::default();
        history.parse(&git.run(&[&options[..], &[commit, "--"]].concat())?);
        Ok(history)
    }

    /// Reads entries of `:MODE MODE ID ID STATUS`, each followed by its path.
    fn parse(&mut self, log: &[u8]) {
        let mut words = log.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        while let Some(word) = words.next() {
            let Some(about) = word.trim_start().strip_prefix(':') else { continue };
            let (Some(id), Some(path)) = (about.split(' ').nth(3), words.next()) else { continue };
            self.add(&path, id);
        }
    }

    pub fn add(&mut self, path: &str, id: &str) {
        self.0.entry(path.to_owned()).or_default().insert(id.to_owned());
    }

    /// Whether the course has, or once had, a file at `path`.
    pub fn has_path(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether some version of the course has this content at `path`.
    pub fn has(&self, path: &str, blob: &Blob) -> bool {
        self.0.get(path).is_some_and(|ids| ids.contains(&blob.id))
    }

    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }
}

/// The arguments with which `git update-index` makes these changes: the files to remove, and two words for each file to
/// add.
pub fn index_arguments(changes: &BTreeMap<String, Option<Blob>>) -> (Vec<String>, Vec<String>) {
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for (path, blob) in changes {
        match blob {
            Some(Blob { mode, id }) => added.extend(["--cacheinfo".to_owned(), format!("{mode},{id},{path}")]),
            None => removed.push(path.clone()),
        }
    }
    (removed, added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_and_logs_of_git_are_understood() {
        let tree = parse(b"100644 blob aa\texercises/a b.rs\x00160000 commit cc\tmodule\x00100755 blob bb\tx\x00");
        let found: Vec<(&str, &str)> = tree.iter().map(|(path, blob)| (path.as_str(), blob.id.as_str())).collect();
        assert_eq!(found, [("exercises/a b.rs", "aa"), ("x", "bb")]);
        let mut history = History::default();
        history.parse(
            b"\x00:000000 100644 00 aa A\x00x\x00\n:100644 100644 aa bb M\x00x\x00:100644 000000 bb 00 D\x00y\x00",
        );
        let has = |path: &str, id: &str| history.has(path, &Blob { mode: "100644".to_owned(), id: id.to_owned() });
        assert!(has("x", "aa") && has("x", "bb") && !has("x", "cc") && !has("z", "aa"));
        assert!(history.has_path("y"), "a file that the course had once");
    }
}
