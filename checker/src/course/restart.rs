//! All exercises as they came, and no progress; or, undone, everything as it was before.
//!
//! Both versions of each file that changes are stored first, in a folder that gets its name when it is complete. From
//! then on, each step can be repeated, so that a change that was interrupted is finished by the next one.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::course::progress::Progress;
use crate::course::store::{self, Store};
use crate::error::UserError;
use crate::system::fault;

/// A change of all exercises. No other one runs in this course meanwhile.
pub struct Restart<'a> {
    root: &'a Path,
    store: &'a Store,
    dir: PathBuf,
    _lock: File,
}

/// What is to be done, or was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub kind: Kind,
    /// The files that change, relative to the root.
    pub files: Vec<String>,
    /// Where the versions before are, relative to the root.
    #[serde(skip)]
    pub backup: String,
    /// Files that were saved after an interruption. They are in the backup as well.
    #[serde(skip)]
    pub later: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Reset,
    Undo,
}

/// A file that has, or is to have, this content.
pub type Content = (String, Vec<u8>);

const PROGRESS: &str = "progress.json";
const JOURNAL: &str = "journal.json";
/// Exists in the folder of a change that is complete.
const DONE: &str = "done";

impl<'a> Restart<'a> {
    pub fn open(root: &'a Path, store: &'a Store) -> Result<Restart<'a>> {
        let dir = root.join(".checker").join("restart");
        fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        let lock = File::create(dir.join("lock")).context("the lock of the reset cannot be opened")?;
        match lock.try_lock() {
            Ok(()) => Ok(Restart { root, store, dir, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(UserError::new("another reset is running here", "wait until it has ended").into())
            }
            Err(TryLockError::Error(error)) => Err(error).context("the reset cannot be locked"),
        }
    }

    /// Finishes the last change, if it was interrupted.
    pub fn finish(&self) -> Result<Option<Done>> {
        match self.newest() {
            Some(number) if !self.folder(number).join(DONE).exists() => self.carry_out(number).map(Some),
            _ => Ok(None),
        }
    }

    /// The files among `starters` that differ from what is on disk.
    pub fn edited(&self, starters: Vec<Content>) -> Result<Vec<Content>> {
        let mut edited = Vec::new();
        for (path, text) in starters {
            if self.content(&path)?.as_ref() != Some(&text) {
                edited.push((path, text));
            }
        }
        Ok(edited)
    }

    /// Replaces these files, and clears the progress.
    pub fn reset(&self, edited: &[Content]) -> Result<Done> {
        self.change(Kind::Reset, edited, None)
    }

    /// Brings back what the last change replaced. Called twice, it brings back the change.
    pub fn undo(&self) -> Result<Done> {
        let newest = self.newest().ok_or_else(|| {
            UserError::new(
                "nothing to undo: no `reset --all` has changed anything here",
                "name an exercise to undo its own reset",
            )
        })?;
        let (before, old) = (self.journal(newest)?, self.folder(newest).join("old"));
        let files = before.files.into_iter().filter_map(|path| {
            let text = read(&old.join(&path)).transpose()?;
            Some(text.map(|text| (path, text)))
        });
        let files = self.edited(files.collect::<Result<_>>()?)?;
        self.change(Kind::Undo, &files, read(&old.join(PROGRESS))?.as_deref())
    }

    /// Prepares the change, and carries it out.
    fn change(&self, kind: Kind, files: &[Content], progress: Option<&[u8]>) -> Result<Done> {
        let next = self.dir.join("next");
        match fs::remove_dir_all(&next) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} cannot be removed", next.display()));
            }
            _ => {}
        }
        for (path, text) in files {
            if let Some(old) = self.content(path)? {
                write(&next.join("old").join(path), &old)?;
            }
            write(&next.join("new").join(path), text)?;
        }
        if let Some(old) = read(&self.store.file())? {
            write(&next.join("old").join(PROGRESS), &old)?;
        }
        if let Some(new) = progress {
            write(&next.join("new").join(PROGRESS), new)?;
        }
        let files = files.iter().map(|(path, _)| path.clone()).collect();
        let journal = Done { kind, files, backup: String::new(), later: Vec::new() };
        write(&next.join(JOURNAL), &serde_json::to_vec_pretty(&journal)?)?;
        let number = self.newest().map_or(0, |newest| newest + 1).max(store::now());
        fault::point();
        fs::rename(&next, self.folder(number)).context("the backup cannot be completed")?;
        self.carry_out(number)
    }

    /// Does what is prepared, or the rest of it.
    fn carry_out(&self, number: u64) -> Result<Done> {
        let (mut done, folder) = (self.journal(number)?, self.folder(number));
        for path in &done.files {
            let new = read(&folder.join("new").join(path))?.context("the backup is not complete")?;
            let found = self.content(path)?;
            if found.as_ref() == Some(&new) {
                continue;
            }
            if let Some(found) = found
                && read(&folder.join("old").join(path))?.as_ref() != Some(&found)
            {
                write(&free(&folder.join("later").join(path)), &found)?;
                done.later.push(path.clone());
            }
            write(&self.root.join(path), &new)?;
        }
        self.replace_progress(&folder)?;
        write(&folder.join(DONE), b"")?;
        done.backup = format!(".checker/restart/{number}/old");
        Ok(done)
    }

    fn replace_progress(&self, folder: &Path) -> Result<()> {
        let (found, old) = (read(&self.store.file())?, read(&folder.join("old").join(PROGRESS))?);
        if let Some(found) = found.filter(|found| old.as_ref() != Some(found)) {
            write(&free(&folder.join("later").join(PROGRESS)), &found)?;
        }
        let new = read(&folder.join("new").join(PROGRESS))?;
        // A file that was damaged before the reset stays in the backup.
        let new: Progress = new.and_then(|new| serde_json::from_slice(&new).ok()).unwrap_or_default();
        fault::point();
        match self.store.update(|progress| *progress = new)? {
            store::Saved::No(why) => Err(UserError::new(
                format!("the progress cannot be changed: {why}"),
                "see that `.checker` can be written, and run the same command again",
            )
            .into()),
            store::Saved::Yes | store::Saved::Afresh(_) => Ok(()),
        }
    }

    fn folder(&self, number: u64) -> PathBuf {
        self.dir.join(number.to_string())
    }

    fn newest(&self) -> Option<u64> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().filter_map(Result::ok);
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).max()
    }

    fn journal(&self, number: u64) -> Result<Done> {
        let path = self.folder(number).join(JOURNAL);
        let text = read(&path)?.with_context(|| format!("{} is missing", path.display()))?;
        serde_json::from_slice(&text).map_err(|error| {
            let what = format!("{} is not understood: {error}", path.display());
            UserError::new(what, "move its folder away; your files are in it").into()
        })
    }

    /// The content of a file of the course; `None` if it is missing.
    fn content(&self, path: &str) -> Result<Option<Vec<u8>>> {
        read(&self.root.join(path))
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

fn write(path: &Path, text: &[u8]) -> Result<()> {
    fault::point();
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| store::replace(path, text)).with_context(|| format!("{} cannot be written", path.display()))
}

/// `path`, or, if it exists, an unused name beside it.
fn free(path: &Path) -> PathBuf {
    let numbered = (1_u32..).map(|n| PathBuf::from(format!("{}.{n}", path.display())));
    std::iter::once(path.to_owned()).chain(numbered).find(|path| !path.exists()).unwrap_or_else(|| path.to_owned())
}
