//! `checker reset NAME --tests`: restores the course's own files of an exercise from the git history.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::course::exercise::Exercise;
use crate::course::originals::Originals;
use crate::course::store;
use crate::error::{Exit, UserError};
use crate::session::Session;
use crate::ui::text::style::{Line, Style, Text};

pub fn execute(session: &Session, at: usize) -> Result<Exit> {
    let exercise = session.exercise(at);
    let originals = Originals::read(&session.catalogue.solution(exercise)).unwrap_or_default();
    let altered = originals.altered(exercise);
    let mut text = Text::new();
    if altered.is_empty() {
        text.push(Line::plain(format!("the tests of `{}` are the course's already", exercise.name)));
    }
    for file in &altered {
        let backup = keep(session, exercise, file)?;
        match original(session.root(), exercise, &originals, file)? {
            Some(original) => {
                let path = exercise.dir.join(file);
                fs::create_dir_all(path.parent().context("it lies in a folder")?)?;
                store::replace(&path, &original).with_context(|| format!("{} cannot be written", path.display()))?;
                text.push(Line::styled(Style::Good, format!("{file} is the course's again")));
            }
            // The course does not have this file.
            None => {
                fs::remove_file(exercise.dir.join(file)).with_context(|| format!("{file} cannot be removed"))?;
                text.push(Line::styled(Style::Good, format!("{file} is gone, as the course has none")));
            }
        }
        if let Some(backup) = backup {
            text.push(Line::plain(format!("what it was before is kept as {backup}")));
        }
    }
    session.printer.print(&text)?;
    Ok(Exit::Done)
}

/// Backs up `file`. Returns the path of the backup.
fn keep(session: &Session, exercise: &Exercise, file: &str) -> Result<Option<String>> {
    let Ok(old) = fs::read(exercise.dir.join(file)) else { return Ok(None) };
    let folder = session.store.backups(&exercise.name).join("tests");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let name = file.replace('/', "-");
    let names = (store::now()..).map(|number| folder.join(format!("{number}-{name}")));
    let free = names.into_iter().find(|path| !path.exists()).context("no name is free")?;
    store::replace(&free, &old).with_context(|| format!("{} cannot be written", free.display()))?;
    Ok(Some(free.strip_prefix(session.root()).unwrap_or(&free).display().to_string()))
}

/// The course's version of `file`; `None` if the course has no such file.
fn original(root: &Path, exercise: &Exercise, originals: &Originals, file: &str) -> Result<Option<Vec<u8>>> {
    if !originals.has(file) {
        return Ok(None);
    }
    let path = format!("exercises/{}/{file}", exercise.path());
    let commits = git(root, &["log", "--all", "--format=%H", "--", &path]).unwrap_or_default();
    let commits = String::from_utf8_lossy(&commits).into_owned();
    let mut texts = commits.lines().filter_map(|commit| git(root, &["show", &format!("{commit}:./{path}")]));
    let found = texts.find(|text| originals.is_original(file, text));
    let unknown = || {
        let what = format!("git knows no version of {path} that is the course's");
        UserError::new(what, "take it from the repository that you cloned the exercises from").into()
    };
    found.map(Some).ok_or_else(unknown)
}

/// The output of git, if it succeeds.
fn git(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}
