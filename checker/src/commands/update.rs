//! `cargo checker update`: the newest version of the course, and the learner's files as they were.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::course::catalogue;
use crate::course::update::journal::{Journal, Kind};
use crate::course::update::plan::{Fate, Row};
use crate::course::update::{Outcome, Update};
use crate::error::{COMMAND, Exit, UserError};
use crate::session::Printer;
use crate::system::process::Stop;
use crate::ui::text::style::{Line, Style, Text};

#[derive(clap::Args, Debug)]
pub struct Args {
    /// Where the course is, if not where it was cloned from
    #[arg(long, value_name = "URL", conflicts_with = "undo")]
    pub from: Option<String>,
    /// Restore the state before the last update
    #[arg(long)]
    pub undo: bool,
}

/// The most rows that are shown about files of the course.
const ROWS: usize = 60;

/// Does not read the exercises: after an interrupted update, cargo may not be able to.
pub fn execute(printer: Printer, stop: &Stop, args: &Args) -> Result<Exit> {
    let here = std::env::current_dir().context("the current folder cannot be found")?;
    let root = catalogue::find_root(&here)?;
    match perform(&root, printer, stop, args) {
        Err(_) if stop.is_stopped() => Ok(Exit::Interrupted),
        done => done.map(|()| Exit::Done).map_err(on_a_full_disk),
    }
}

/// Git and the system say in several ways that there is no space.
fn on_a_full_disk(error: anyhow::Error) -> anyhow::Error {
    let said = format!("{error:#}");
    let signs = ["No space left on device", "Out of diskspace", "unable to write file", "not enough space on the disk"];
    if !signs.iter().any(|sign| said.contains(sign)) {
        return error;
    }
    let help = "free some space, for instance with `cargo clean`, and run the same command again; nothing is lost";
    UserError::new(format!("the disk seems to be full: {said}"), help).into()
}

fn perform(root: &Path, printer: Printer, stop: &Stop, args: &Args) -> Result<()> {
    let update = Update::open(root, stop)?;
    if let Some(finished) = update.finish()? {
        eprintln!("note: an interrupted {} was finished", word(finished.kind));
        if !args.undo || finished.kind == Kind::Undo {
            return printer.print(&report(root, &finished));
        }
    }
    if args.undo {
        return printer.print(&report(root, &update.undo()?));
    }
    let asks = |url: &str| eprintln!("fetching the newest version from {url}");
    match update.update(args.from.as_deref(), &asks, &|| eprintln!("{}", how_to_go_on()))? {
        Outcome::IsNewest { at } => {
            let mut text = Text::new();
            text.push(Line::plain(format!("you have the newest version of {at}")));
            printer.print(&text)
        }
        Outcome::Done(journal) => printer.print(&report(root, &journal)),
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Update => "update",
        Kind::Undo => "undo",
    }
}

/// Half of an update may leave sources from which cargo cannot build the checker.
fn how_to_go_on() -> String {
    let program = std::env::current_exe().map_or_else(|_| COMMAND.to_owned(), |path| path.display().to_string());
    format!("updating; if it is interrupted, run `{program} update` to finish it")
}

/// What happened to each exercise.
fn report(root: &Path, journal: &Journal) -> Text {
    let mut text = Text::new();
    let width = journal.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(40);
    for row in journal.rows.iter().take(ROWS) {
        text.push(line(row, width));
    }
    if journal.rows.len() > ROWS {
        text.push(Line::plain(format!("… and {} more", journal.rows.len() - ROWS)));
    }
    if !journal.rows.is_empty() {
        text.blank();
    }
    let others = journal.changed();
    match journal.kind {
        Kind::Update => {
            text.push(Line::styled(Style::Good, format!("updated; {others} files are new or changed")));
            if root.join(&journal.backup).exists() {
                text.push(Line::plain(format!("your files are copied to {}", journal.backup)));
            }
            text.push(Line::plain(format!("`{COMMAND} update --undo` restores the state before")));
        }
        Kind::Undo => text.push(Line::styled(Style::Good, format!("undone; {others} files are as before the update"))),
    }
    text
}

fn line(row: &Row, width: usize) -> Line {
    let (style, word) = match row.fate {
        Fate::Kept => (Style::Good, "kept"),
        Fate::Moved => (Style::Name, "moved"),
        Fate::New => (Style::Name, "new"),
        Fate::Updated => (Style::Name, "updated"),
        Fate::Removed => (Style::Warning, "removed"),
        Fate::Replaced => (Style::Warning, "replaced"),
        Fate::BackedUp => (Style::Warning, "saved"),
    };
    Line::new().then(style, word).pad(10).then(Style::Plain, &row.name).pad(12 + width).then(Style::Plain, &row.details)
}
