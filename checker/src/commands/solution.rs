//! `checker solution`: the explanation, and how the learner's code differs from the solution.

use std::fs;

use anyhow::Result;

use super::confirm::confirm;
use super::read::{page, read};
use crate::error::{COMMAND, Exit, UserError};
use crate::session::Session;
use crate::ui::text::difference;
use crate::ui::text::style::Text;

#[derive(clap::Args, Debug)]
pub struct Args {
    /// The exercise; without it, the current one
    pub name: Option<String>,
    /// Show it although the exercise is not solved
    #[arg(long)]
    pub peek: bool,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let progress = session.progress();
    let at = session.find(args.name.as_deref(), &progress)?;
    let name = &session.exercise(at).name;
    if !progress.is_solved(name) {
        if !args.peek && !asked_and_answered_yes(name)? {
            return Ok(Exit::Done);
        }
        session.store.require_known_version()?;
        session.update(|progress| progress.entry(name).peeked = true)?;
    }
    session.printer.print(&explain(session, at)?)?;
    Ok(Exit::Done)
}

/// The explanation and the diff.
pub fn explain(session: &Session, at: usize) -> Result<Text> {
    let exercise = session.exercise(at);
    let solution = session.catalogue.solution(exercise);
    let mut text = page(session, &solution.join("README.md"))?;
    text.blank();
    let theirs = read(&solution.join("src/lib.rs"))?;
    // The solution can be shown even if the learner's file is unreadable.
    let yours = fs::read(exercise.source()).unwrap_or_default();
    // Other line endings do not count as a difference.
    let yours = String::from_utf8_lossy(&yours).replace("\r\n", "\n");
    text.append(difference::difference(("yours", &yours), ("the solution", &theirs.replace("\r\n", "\n"))));
    Ok(text)
}

/// Asks the user for confirmation, which needs a terminal.
fn asked_and_answered_yes(name: &str) -> Result<bool> {
    confirm(&format!("`{name}` is not solved yet. Show its solution all the same?"), || {
        let what = format!("`{name}` is not solved yet, so its solution is not shown");
        UserError::new(what, format!("solve it, or say `{COMMAND} solution {name} --peek`"))
    })
}
