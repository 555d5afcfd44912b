//! `checker dev new`: creates the files of a new exercise.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::authoring::template::Subject;
use crate::error::{COMMAND, Exit, UserError};
use crate::session::Session;
use crate::ui::text::style::{Line, Text};

#[derive(clap::Args, Debug)]
pub struct Args {
    /// `02_mutex/shared_counter`; the number of the exercise is the next free one
    #[arg(value_name = "CHAPTER/NAME")]
    pub path: String,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let subject = subject(session, &args.path)?;
    let root = session.root();
    let lesson = format!("exercises/{}/README.md", subject.chapter);
    let mut files = subject.files();
    if !root.join(&lesson).exists() {
        files.push((lesson, subject.lesson()));
    }
    for (file, text) in &files {
        write(&root.join(file), text)?;
    }
    let mut text = Text::new();
    for (file, _) in &files {
        text.push(Line::plain(file.as_str()));
    }
    text.blank();
    text.push(Line::plain(format!("fill in, then: {COMMAND} dev verify {}", subject.name)));
    session.printer.print(&text)?;
    Ok(Exit::Done)
}

/// The subject that `path`, as `CHAPTER/NAME`, stands for. The exercise gets the next free number.
fn subject(session: &Session, path: &str) -> Result<Subject> {
    let help = "give a chapter and a name, such as `02_mutex/shared_counter`";
    let path = path.trim_start_matches("exercises/").trim_end_matches('/');
    let (chapter, name) = path.split_once('/').ok_or_else(|| UserError::new(format!("`{path}` is no path"), help))?;
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if !is_name(name) {
        return Err(UserError::new(format!("`{name}` is not a valid name for a crate"), help).into());
    }
    if session.catalogue.exercises.iter().any(|exercise| exercise.name == name) {
        return Err(UserError::new(format!("there is an exercise `{name}` already"), "choose another name").into());
    }
    let dir = session.root().join("exercises");
    let chapters = folders(&dir);
    let unnumbered =
        |folder: &str| folder.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('_').to_owned();
    let known = chapters.iter().find(|folder| *folder == chapter || unnumbered(folder) == chapter);
    let is_numbered = chapter.starts_with(|c: char| c.is_ascii_digit()) && is_name(&unnumbered(chapter));
    let chapter = match known {
        Some(known) => known.clone(),
        None if is_numbered => chapter.to_owned(),
        None => {
            let what = format!("there is no chapter `{chapter}`, and a new one needs a number");
            return Err(UserError::new(what, format!("take one of {}, or number it", chapters.join(", "))).into());
        }
    };
    let numbers = folders(&dir.join(&chapter));
    let number = |folder: &String| folder.split('_').next().and_then(|number| number.parse::<u32>().ok());
    let next = numbers.iter().filter_map(number).max().unwrap_or(0) + 1;
    Ok(Subject { name: name.to_owned(), chapter, folder: format!("{next:02}_{name}") })
}

/// The names of the folders in `dir`, sorted.
fn folders(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn write(file: &Path, text: &str) -> Result<()> {
    let dir = file.parent().context("a file lies in a folder")?;
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(file, text))
        .with_context(|| format!("{} cannot be written", file.display()))
}
