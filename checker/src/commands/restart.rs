//! `checker reset --all`: begins the course anew.

use anyhow::Result;

use super::confirm::confirm;
use crate::course::exercise::Exercise;
use crate::course::restart::{Content, Done, Kind, Restart};
use crate::error::{COMMAND, Exit, UserError};
use crate::session::Session;
use crate::ui::text::style::{Line, Style, Text};
use crate::verdict::summary::counted;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    Ask,
    /// The user has said yes on the command line.
    Confirmed,
    Undo,
}

pub fn execute(session: &Session, request: Request) -> Result<Exit> {
    session.store.require_known_version()?;
    let restart = Restart::open(session.root(), &session.store)?;
    let finished = restart.finish()?;
    if let Some(finished) = &finished {
        let word = if finished.kind == Kind::Reset { "reset" } else { "undo" };
        eprintln!("note: an interrupted {word} was finished");
    }
    match (request, finished) {
        (Request::Undo, Some(undone)) if undone.kind == Kind::Undo => report(session, &undone)?,
        (Request::Undo, _) => report(session, &restart.undo()?)?,
        (Request::Ask | Request::Confirmed, finished) => {
            let edited = restart.edited(starters(session)?)?;
            let progress = session.progress();
            let solved = session.catalogue.names().into_iter().filter(|name| progress.is_solved(name)).count();
            if edited.is_empty() && progress.exercises.is_empty() {
                return nothing_left(session, finished.as_ref());
            }
            if request == Request::Ask && !is_meant(edited.len(), solved)? {
                return Ok(Exit::Done);
            }
            report(session, &restart.reset(&edited)?)?;
        }
    }
    Ok(Exit::Done)
}

fn is_meant(edited: usize, solved: usize) -> Result<bool> {
    let files = counted(edited, "file");
    let question = format!(
        "This brings back the starters of all exercises ({files} of yours) and clears your progress ({solved} solved). \
         Backups are kept.\nBegin the course anew?"
    );
    confirm(&question, || {
        let what = "a reset of all exercises has to be confirmed";
        UserError::new(what, format!("say `{COMMAND} reset --all --yes`"))
    })
}

/// The starters of all exercises, with the paths of the files that they belong in.
fn starters(session: &Session) -> Result<Vec<Content>> {
    let catalogue = &session.catalogue;
    let file = |exercise: &Exercise| format!("exercises/{}/src/lib.rs", exercise.path());
    catalogue.exercises.iter().map(|exercise| Ok((file(exercise), catalogue.starter(exercise)?))).collect()
}

fn nothing_left(session: &Session, finished: Option<&Done>) -> Result<Exit> {
    match finished {
        Some(finished) => report(session, finished)?,
        None => {
            let mut text = Text::new();
            text.push(Line::plain("all exercises are as they came, and there is no progress"));
            session.printer.print(&text)?;
        }
    }
    Ok(Exit::Done)
}

fn report(session: &Session, done: &Done) -> Result<()> {
    let mut text = Text::new();
    let files = counted(done.files.len(), "file");
    let words = match done.kind {
        Kind::Reset => format!("the course begins anew; {files} of yours replaced by the starters"),
        Kind::Undo => format!("undone; {files} brought back, and the progress"),
    };
    text.push(Line::styled(Style::Good, words));
    text.push(Line::plain(format!("what it was before is kept in {}", done.backup)));
    for file in &done.later {
        text.push(Line::plain(format!(
            "{file} was saved after the interruption; that version is kept in `later` there"
        )));
    }
    text.push(Line::plain(format!("`{COMMAND} reset --all --undo` brings it back")));
    session.printer.print(&text)
}
