//! `checker dev bench`: what the checker costs, compared with the alternatives, measured on this machine.

use anyhow::Result;
use serde_json::{Value, json};

use self::lab::Lab;
use crate::authoring::proof::speed::{self, Row};
use crate::error::Exit;
use crate::session::{self, Session};
use crate::system::process;
use crate::system::toolchain::Toolchain;
use crate::ui::text::style::{Line, Style, Text};

mod lab;
mod rustlings;
mod saves;
mod watching;
mod whole;

#[derive(clap::Args, Debug)]
pub struct Args {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Measure the first build as well, which takes minutes
    #[arg(long)]
    pub cold: bool,
    /// Measure only the rows of these parts
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    pub only: Vec<Part>,
}

/// Some rows of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// From a save to the verdict, and to what is shown before it
    Saves,
    /// The first save in an exercise, against later ones
    First,
    /// Both modes against real threads alone
    Modes,
    /// `run` and `watch` against those of rustlings, if it is installed
    Rustlings,
    /// The watch: how soon it starts, and what it does when idle
    Watch,
    /// `list`, and `run --all`
    Course,
    /// A save in a course of 1,000
    Sizes,
    /// Explored schedules per second
    Schedules,
}

const PARTS: [Part; 8] =
    [Part::Saves, Part::First, Part::Modes, Part::Rustlings, Part::Watch, Part::Course, Part::Sizes, Part::Schedules];

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let toolchain = Toolchain::find()?;
    process::adopt_orphans();
    let lab = Lab::set_up(session, toolchain)?;
    let mut rows = Vec::new();
    for part in PARTS.into_iter().filter(|part| args.only.is_empty() || args.only.contains(part)) {
        rows.extend(match part {
            Part::Saves => lab.saves()?,
            Part::First => lab.first()?,
            Part::Modes => lab.modes()?,
            Part::Rustlings => lab.against_rustlings()?,
            Part::Watch => lab.watching()?,
            Part::Course => lab.course()?,
            Part::Sizes => lab.sizes()?,
            Part::Schedules => lab.schedules()?,
        });
        if session.stop.is_stopped() {
            return Ok(Exit::Interrupted);
        }
    }
    if args.cold {
        rows.push(lab.cold()?);
    }
    if args.json {
        let rows: Vec<Value> = rows.iter().map(Row::document).collect();
        session::print_json(&json!({ "schema": 1, "exercise": lab.chosen, "rows": rows }))?;
    } else {
        session.printer.print(&table(&rows, &lab.chosen))?;
    }
    Ok(Exit::Done)
}

fn table(rows: &[Row], chosen: &str) -> Text {
    let mut text = Text::new();
    let number = |number: f64, unit: &str| {
        if number < 10.0 { format!("{number:.1} {unit}") } else { format!("{number:.0} {unit}") }
    };
    for row in rows {
        let theirs = row.theirs.map_or("–".to_owned(), |theirs| number(theirs, row.unit));
        let ratio = row.quotient().map_or("–".to_owned(), |ratio| format!("{ratio:.2} ×"));
        let state = if row.is_met() { "ok" } else { "OVER" };
        text.push(
            Line::styled(if row.is_met() { Style::Plain } else { Style::Bad }, state)
                .pad(6)
                .then(Style::Plain, row.what)
                .pad(42)
                .then(Style::Plain, number(row.ours, row.unit))
                .pad(54)
                .then(Style::Plain, ratio)
                .pad(64)
                .then(Style::Plain, row.budget_in_words())
                .pad(76)
                .then(Style::Plain, format!("{theirs}  {}", row.against)),
        );
        if !row.note.is_empty() {
            text.push(Line::styled(Style::Aside, format!("      {}", row.note)));
        }
    }
    text.blank();
    text.push(Line::styled(
        Style::Aside,
        format!("{chosen}; medians of {}, in turns with what stands beside", speed::TIMES),
    ));
    text
}
