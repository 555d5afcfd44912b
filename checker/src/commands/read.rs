//! `checker read`: the lesson of the chapter, then the brief of the exercise. Never writes.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::error::{self, Exit, UserError};
use crate::session::Session;
use crate::ui::text::style::{Line, Style, Text};

#[derive(clap::Args, Debug)]
pub struct Args {
    /// The exercise; without it, the current one
    pub name: Option<String>,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let at = session.find(args.name.as_deref(), &session.progress())?;
    let exercise = session.exercise(at);
    let mut text = Text::new();
    // The brief comes last, next to the prompt, because it is the text to reread.
    if exercise.lesson().exists() {
        match page(session, &exercise.lesson()) {
            Ok(lesson) => text.append(lesson),
            // The brief can be read all the same.
            Err(error) => (session.notes)(&error::describe(&error)),
        }
        text.blank();
    }
    text.append(page(session, &exercise.brief())?);
    text.blank();
    let source = exercise.source();
    let source = source.strip_prefix(session.root()).unwrap_or(&source);
    text.push(Line::styled(Style::Aside, format!("edit {}", source.display())));
    session.printer.print(&text)?;
    Ok(Exit::Done)
}

/// A page of the course.
pub fn page(session: &Session, path: &Path) -> Result<Text> {
    Ok(session.markdown(&read(path)?, path))
}

/// Reads a text of the course.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| {
        UserError::new(format!("{} cannot be read: {error}", path.display()), "restore it with git").into()
    })
}
