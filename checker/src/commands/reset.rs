//! `checker reset`: restores the starter. The learner's code is never lost.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::restart::{self, Request};
use super::restore;
use crate::course::store;
use crate::error::{COMMAND, Exit, UserError};
use crate::session::Session;
use crate::ui::text::style::{Line, Style, Text};

#[derive(clap::Args, Debug)]
pub struct Args {
    /// The exercise
    #[arg(required_unless_present = "all")]
    pub name: Option<String>,
    /// Begin anew: restore all exercises and clear the progress
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
    /// Do not ask
    #[arg(long, conflicts_with_all = ["undo", "name"])]
    pub yes: bool,
    /// Bring back what the last reset replaced
    #[arg(long)]
    pub undo: bool,
    /// Bring back the course's tests and manifest instead, from git
    #[arg(long, conflicts_with_all = ["undo", "all"])]
    pub tests: bool,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let Some(name) = &args.name else {
        let request = match (args.undo, args.yes) {
            (true, _) => Request::Undo,
            (false, true) => Request::Confirmed,
            (false, false) => Request::Ask,
        };
        return restart::execute(session, request);
    };
    let at = session.catalogue.get(name)?;
    if args.tests {
        return restore::execute(session, at);
    }
    let name = &session.exercise(at).name;
    let backups = session.store.backups(name);
    let new = if args.undo { newest(&backups)? } else { session.catalogue.starter(session.exercise(at))? };
    let what = if args.undo { "the backup" } else { "the starter" };
    let mut text = Text::new();
    match put(session, at, &new)? {
        Put::AsItWas => text.push(Line::plain(format!("`{name}` is {what} already"))),
        Put::Instead(backup) => {
            text.push(Line::styled(Style::Good, format!("`{name}` is {what} again")));
            if let Some(backup) = backup {
                text.push(Line::plain(format!(
                    "what it was before is kept as {backup}; `{COMMAND} reset {name} --undo` brings it back"
                )));
            }
        }
    }
    session.printer.print(&text)?;
    Ok(Exit::Done)
}

/// Restores the starter of the exercise `at`. Returns a message about the learner's file.
pub fn reset(session: &Session, at: usize) -> Result<String> {
    let name = &session.exercise(at).name;
    Ok(match put(session, at, &session.catalogue.starter(session.exercise(at))?)? {
        Put::AsItWas => format!("`{name}` is the starter already"),
        Put::Instead(None) => format!("`{name}` is the starter again"),
        Put::Instead(Some(backup)) => format!("the starter again; yours is kept as {backup}"),
    })
}

/// What happened to the learner's file.
enum Put {
    AsItWas,
    /// It was replaced. The path of the backup, if there was a file to back up.
    Instead(Option<String>),
}

fn put(session: &Session, at: usize, new: &[u8]) -> Result<Put> {
    let exercise = session.exercise(at);
    let source = exercise.source();

    let old = match fs::read(&source) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", source.display())),
    };
    if old.as_deref() == Some(new) {
        return Ok(Put::AsItWas);
    }
    let backup = old.map(|old| keep(&session.store.backups(&exercise.name), &old)).transpose()?;
    if let Some(dir) = source.parent() {
        fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    }
    store::replace(&source, new).with_context(|| format!("{} cannot be written", source.display()))?;
    let relative = |path: PathBuf| path.strip_prefix(session.root()).unwrap_or(&path).display().to_string();
    Ok(Put::Instead(backup.map(relative)))
}

/// The file that the last reset replaced.
fn newest(backups: &Path) -> Result<Vec<u8>> {
    let numbers = numbers(backups);
    let newest = numbers.last().ok_or_else(|| {
        UserError::new(
            format!("there is no backup in {}", backups.display()),
            "undo only a reset that changed something",
        )
    })?;
    let path = file(backups, *newest);
    fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Stores `bytes` as the newest backup, synced to disk.
fn keep(backups: &Path, bytes: &[u8]) -> Result<PathBuf> {
    fs::create_dir_all(backups).with_context(|| format!("{} cannot be made", backups.display()))?;
    // Two resets within a second, or a clock that was set back, must not overwrite or hide a backup.
    let number = numbers(backups).last().map_or(0, |last| last + 1).max(store::now());
    let path = file(backups, number);
    store::replace(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

/// The file of a backup, named after the second in which it was made.
fn file(backups: &Path, number: u64) -> PathBuf {
    backups.join(format!("{number}.rs"))
}

fn numbers(backups: &Path) -> Vec<u64> {
    let entries = fs::read_dir(backups).into_iter().flatten().filter_map(Result::ok);
    let mut numbers: Vec<u64> =
        entries.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".rs")?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_made_within_a_second_are_all_kept_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let backups = dir.path().join("abba");
        for text in ["one", "two", "three"] {
            keep(&backups, text.as_bytes()).unwrap();
            assert_eq!(newest(&backups).unwrap(), text.as_bytes());
        }
        assert_eq!(numbers(&backups).len(), 3);
        assert!(newest(&dir.path().join("other")).is_err());
    }
}
