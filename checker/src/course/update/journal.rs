//! The journal of an update, and the part of the update that changes the learner's folder.
//!
//! Everything is prepared before the journal is written: both versions of each file that changes lie in a folder beside
//! it. From then on, each step can be repeated, so that an update that was interrupted is finished by the next one.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::moves::{back_up, content, is_same, is_there, merge, put, remove};
use super::plan::{self, Fate, Row};
use crate::course::store;
use crate::error::UserError;
use crate::system::fault;
use crate::system::git::Git;

/// Where an update keeps its files.
#[derive(Clone, Debug)]
pub struct Desk {
    pub root: PathBuf,
    /// `.checker/update`.
    pub dir: PathBuf,
}

/// What is to be done, or what was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Journal {
    schema: u64,
    pub kind: Kind,
    /// The commit of the branch before and after; `None` before the first commit.
    pub head_before: Option<String>,
    pub head_after: Option<String>,
    /// Commits of all files of the course, as they are on the disk before and after.
    pub files_before: String,
    pub files_after: String,
    /// Relative to the root.
    pub backup: String,
    /// The backup of the update that is undone.
    undoes: Option<String>,
    changes: Vec<Change>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Update,
    Undo,
}

/// A file that changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    pub path: String,
    pub becomes: Becomes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Becomes {
    New,
    Removed,
}

const SCHEMA: u64 = 1;

impl Desk {
    pub fn new(root: &Path) -> Desk {
        Desk { root: root.to_owned(), dir: root.join(".checker").join("update") }
    }

    /// The folder of what is prepared.
    pub fn next(&self) -> PathBuf {
        self.dir.join("next")
    }

    /// The versions of the changing files before and after.
    pub fn old(&self) -> PathBuf {
        self.next().join("old")
    }

    pub fn new_files(&self) -> PathBuf {
        self.next().join("new")
    }

    /// Git's index after the change.
    pub fn new_index(&self) -> PathBuf {
        self.next().join("index-after")
    }

    /// Git's index before the change, as it is kept while the change is under way.
    pub fn old_index(&self) -> PathBuf {
        self.next().join("index-before")
    }

    /// Git's index before the last update.
    pub fn kept_index(&self) -> PathBuf {
        self.dir.join("index-before")
    }

    fn journal(&self) -> PathBuf {
        self.dir.join("journal.json")
    }

    fn last(&self) -> PathBuf {
        self.dir.join("last.json")
    }

    /// The change that was interrupted, if one was.
    pub fn unfinished(&self) -> Result<Option<Journal>> {
        read(&self.journal())
    }

    /// The last update, if it can be undone.
    pub fn last_update(&self) -> Result<Option<Journal>> {
        read(&self.last())
    }

    /// From here on, the change is going to happen.
    pub fn begin(&self, journal: &Journal) -> Result<()> {
        write(&self.journal(), journal)
    }
}

fn read(path: &Path) -> Result<Option<Journal>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    let journal: Result<Journal, _> = serde_json::from_slice(&bytes);
    match journal {
        Ok(journal) if journal.schema == SCHEMA => Ok(Some(journal)),
        Ok(Journal { schema, .. }) => Err(unreadable(path, &format!("it has the schema {schema}")).into()),
        Err(error) => Err(unreadable(path, &error.to_string()).into()),
    }
}

fn unreadable(path: &Path, why: &str) -> UserError {
    let what = format!("{} is not understood: {why}", path.display());
    UserError::new(what, "move it away; your files are in `.checker/backup`")
}

fn write(path: &Path, journal: &Journal) -> Result<()> {
    let text = serde_json::to_vec_pretty(journal)?;
    fault::point();
    store::replace(path, &text).with_context(|| format!("{} cannot be written", path.display()))
}

impl Journal {
    /// A journal of changes that are prepared. Git's `head_before` and `head_after` are commits of the branch.
    pub fn new(
        kind: Kind,
        heads: (Option<String>, Option<String>),
        files: (String, String),
        backup: String,
        changes: Vec<Change>,
        rows: Vec<Row>,
    ) -> Journal {
        let (head_before, head_after) = heads;
        let (files_before, files_after) = files;
        let undoes = None;
        Journal {
            schema: SCHEMA,
            kind,
            head_before,
            head_after,
            files_before,
            files_after,
            backup,
            undoes,
            changes,
            rows,
        }
    }

    /// The same, for an undo of the update that made this backup.
    pub fn undoing(self, backup: String) -> Journal {
        Journal { undoes: Some(backup), ..self }
    }

    /// How many files change.
    pub fn changed(&self) -> usize {
        self.changes.len()
    }

    /// Does what is written, or the rest of it.
    pub fn carry_out(&mut self, desk: &Desk, git: &Git<'_>) -> Result<()> {
        // The checker last: as long as its sources fit together, `cargo checker` works.
        let is_needed = |path: &str| path.starts_with("checker/") || path.starts_with(".cargo/") || !path.contains('/');
        self.changes.sort_by_key(|change| (is_needed(&change.path), change.becomes == Becomes::New));
        let mut rows = Vec::new();
        for change in &self.changes {
            rows.extend(self.settle(change, desk)?);
        }
        for change in &self.changes {
            let Some(folder) = plan::exercise_of(&change.path) else { continue };
            match change.becomes {
                Becomes::Removed => rows.extend(self.vacate(folder, desk)?),
                Becomes::New => self.fill_again(folder, desk)?,
            }
        }
        self.rows.extend(rows);
        self.move_branch(git)?;
        self.replace_index(desk, git)?;
        self.close(desk)
    }

    /// Changes one file. A row if the learner has saved it since the change was prepared.
    fn settle(&self, change: &Change, desk: &Desk) -> Result<Option<Row>> {
        let path = &change.path;
        let (target, old, new) = (desk.root.join(path), desk.old().join(path), desk.new_files().join(path));
        let failed = |error: io::Error| not_replaced(path, &error);
        // It was moved to its place before the interruption.
        if change.becomes == Becomes::New && !is_there(&new) {
            return Ok(None);
        }
        let mut row = None;
        if let Some(found) = content(&target).map_err(failed)? {
            let is = |other: &Path| content(other).map(|other| other.is_some_and(|other| is_same(&other, &found)));
            if !is(&old).map_err(failed)? && !is(&new).map_err(failed)? {
                let is_kept = self.kind == Kind::Update && plan::is_learners(path) && change.becomes == Becomes::New;
                let backup = back_up(&desk.root, &self.backup, path)?;
                let what = if is_kept { "it stays, and there is a copy in" } else { "your file is" };
                let details = format!("saved in the meantime; {what} {backup}");
                row = Some(Row { fate: Fate::BackedUp, name: path.clone(), details });
                if is_kept {
                    fault::point();
                    fs::remove_file(&new).map_err(failed)?;
                    return Ok(row);
                }
            }
        }
        match change.becomes {
            Becomes::New => put(&new, &target).map_err(failed)?,
            Becomes::Removed => remove(&target, &desk.root).map_err(failed)?,
        }
        Ok(row)
    }

    /// Moves whatever else the learner has in the folder of an exercise that is gone: cargo stops at a folder without a
    /// manifest.
    fn vacate(&self, folder: &str, desk: &Desk) -> Result<Option<Row>> {
        let left = desk.root.join(folder);
        if !left.is_dir() {
            return Ok(None);
        }
        let names = (0..).map(|n| left_over(&self.backup, folder) + &".".repeat(n));
        let to = names.into_iter().find(|name| !is_there(&desk.root.join(name))).context("no name is free")?;
        let target = desk.root.join(&to);
        let moved = target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            fault::point();
            fs::rename(&left, &target)
        });
        moved.map_err(|error| not_replaced(folder, &error))?;
        let details = format!("what else you had there is in {to}");
        Ok(Some(Row { fate: Fate::BackedUp, name: folder.to_owned(), details }))
    }

    /// Moves back what the update that is undone moved away.
    fn fill_again(&self, folder: &str, desk: &Desk) -> Result<()> {
        let Some(backup) = &self.undoes else { return Ok(()) };
        let kept = desk.root.join(left_over(backup, folder));
        if !kept.is_dir() {
            return Ok(());
        }
        merge(&kept, &desk.root.join(folder)).map_err(|error| not_replaced(folder, &error))
    }

    /// Moves the branch, unless that was done before.
    fn move_branch(&self, git: &Git<'_>) -> Result<()> {
        let head = head(git)?;
        if head == self.head_after {
            return Ok(());
        }
        if head != self.head_before {
            let what = "the branch was changed while an update was unfinished";
            let back = self.head_before.as_deref().unwrap_or("the commit before");
            let help = format!("run `git reset --soft {back}`, then the same command again");
            return Err(UserError::new(what, help).into());
        }
        match (&self.head_after, &self.head_before) {
            (Some(after), before) => {
                let before = before.as_deref().unwrap_or("");
                git.run(&["update-ref", "-m", "checker: update", "HEAD", after, before])?;
            }
            (None, _) => {
                git.run(&["update-ref", "-d", "HEAD"])?;
            }
        }
        Ok(())
    }

    /// Git's index is replaced as a whole, because a lock of git's could outlive a process that is killed.
    fn replace_index(&self, desk: &Desk, git: &Git<'_>) -> Result<()> {
        let index = desk.root.join(git.line(&["rev-parse", "--git-path", "index"])?);
        let new = fs::read(desk.new_index()).context("the new index of git cannot be read")?;
        fault::point();
        store::replace(&index, &new).with_context(|| format!("{} cannot be written", index.display()))
    }

    /// Keeps what an undo needs, and ends the change.
    fn close(&self, desk: &Desk) -> Result<()> {
        match self.kind {
            Kind::Update => {
                if let Ok(index) = fs::read(desk.old_index()) {
                    fault::point();
                    store::replace(&desk.kept_index(), &index).context("git's index cannot be kept")?;
                }
                write(&desk.last(), self)?;
            }
            Kind::Undo => {
                fault::point();
                discard(&desk.last())?;
                fault::point();
                discard(&desk.kept_index())?;
            }
        }
        fault::point();
        discard(&desk.journal())?;
        fault::point();
        // What is left there is removed before the next update, at the latest.
        let _ = fs::remove_dir_all(desk.next());
        Ok(())
    }
}

/// The commit of the branch; `None` before the first one.
pub fn head(git: &Git<'_>) -> Result<Option<String>> {
    git.maybe(&["rev-parse", "--verify", "--quiet", "HEAD"])
}

/// Where the rest of an exercise's folder is kept.
fn left_over(backup: &str, folder: &str) -> String {
    format!("{backup}/{folder}.left")
}

fn not_replaced(path: &str, error: &io::Error) -> anyhow::Error {
    let what = format!("{path} cannot be changed: {error}");
    UserError::new(what, "close the program that uses it, or free some space, and run the same command again").into()
}

fn discard(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}
