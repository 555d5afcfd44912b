//! `checker list`: reads the progress and never writes it.

use anyhow::Result;
use serde_json::{Value, json};

use crate::course::exercise::Exercise;
use crate::course::progress::Progress;
use crate::error::Exit;
use crate::session::{self, Session};
use crate::ui::view::list::{self, Listing};

#[derive(clap::Args, Debug)]
pub struct Args {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Only what is solved
    #[arg(long, conflicts_with = "pending")]
    pub done: bool,
    /// Only what is not solved
    #[arg(long)]
    pub pending: bool,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let progress = session.progress();
    let exercises = &session.catalogue.exercises;
    let current = progress.current(&session.catalogue.names());
    let solved = |exercise: &Exercise| progress.is_solved(&exercise.name);
    let wanted = |exercise: &Exercise| !(args.done && !solved(exercise) || args.pending && solved(exercise));
    let unreadable = &session.catalogue.unreadable;
    if args.json {
        let listed = exercises.iter().enumerate().filter(|(_, exercise)| wanted(exercise));
        let listed: Vec<Value> =
            listed.map(|(at, exercise)| as_json(exercise, current == Some(at), &progress)).collect();
        let left_out: Vec<Value> = unreadable
            .iter()
            .map(|exercise| json!({ "path": exercise.path(), "error": exercise.what(), "help": exercise.help() }))
            .collect();
        session::print_json(
            &json!({ "schema": 1, "exercises": listed, "unreadable": left_out, "title": session.catalogue.selection.title }),
        )?;
    } else {
        let title = session.catalogue.selection.title.as_deref();
        let listing = Listing { title, exercises, unreadable, progress: &progress, current };
        session.printer.print(&list::list(listing, wanted))?;
    }
    Ok(Exit::Done)
}

fn as_json(exercise: &Exercise, is_current: bool, progress: &Progress) -> Value {
    let about = &exercise.about;
    let entry = progress.exercises.get(&exercise.name).cloned().unwrap_or_default();
    json!({
        "name": exercise.name,
        "path": exercise.path(),
        "chapter": exercise.chapter,
        "title": about.title,
        "grade": about.grade,
        "concepts": about.concepts,
        "packages": about.packages,
        "starts": about.starts,
        "explored": exercise.explored,
        "state": if entry.solved { "solved" } else { "pending" },
        "current": is_current,
        "first_solved_at": entry.first_solved_at,
        "attempts": entry.attempts,
        "hints_seen": entry.hints_seen,
        "peeked": entry.peeked,
        "due": exercise.terms.due,
        "points": exercise.points(),
    })
}
