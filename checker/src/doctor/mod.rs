//! `cargo checker doctor`: whether this machine has what the course needs.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::course::catalogue;
use crate::error::Exit;
use crate::session::{self, Printer};
use crate::system::process::{self, Stop};
use crate::ui::text::style::{Line, Style, Text};

mod checks;

#[derive(clap::Args, Debug)]
pub struct Args {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// What a check found.
pub enum Finding {
    Good(String),
    Bad { what: String, help: String },
}

/// A check, in the course at a path.
type Check = fn(&Path, &Stop) -> Finding;

/// In this order: what the next ones need comes first.
const CHECKS: [(&str, Check); 11] = [
    ("compiler", checks::compiler),
    ("clippy", checks::clippy),
    ("git", checks::git),
    ("exercises", checks::exercises),
    ("folder", checks::folder),
    ("saves", checks::saves),
    ("space", checks::space),
    ("settings", checks::settings),
    ("editor", checks::editor),
    ("sandbox", checks::sandbox),
    ("build", checks::build),
];

pub fn execute(printer: Printer, stop: &Stop, args: &Args) -> Result<Exit> {
    let here = std::env::current_dir().context("the current folder cannot be found")?;
    let root = catalogue::find_root(&here)?;
    process::adopt_orphans();
    let mut documents: Vec<Value> = Vec::new();
    let mut all_good = true;
    for (name, check) in CHECKS {
        let finding = check(&root, stop);
        if stop.is_stopped() {
            return Ok(Exit::Interrupted);
        }
        all_good &= matches!(finding, Finding::Good(_));
        if args.json {
            documents.push(document(name, &finding));
        } else {
            // At once, because the last one takes a while.
            printer.print(&lines(name, &finding))?;
        }
    }
    if args.json {
        session::print_json(&json!({ "schema": 1, "good": all_good, "checks": documents }))?;
    }
    Ok(if all_good { Exit::Done } else { Exit::Failed })
}

fn lines(name: &str, finding: &Finding) -> Text {
    let mut text = Text::new();
    let (style, mark, what) = match finding {
        Finding::Good(what) => (Style::Good, "✓ ok", what),
        Finding::Bad { what, .. } => (Style::Bad, "✗ no", what),
    };
    text.push(Line::styled(style, mark).pad(6).then(Style::Name, name).pad(17).then(Style::Plain, what));
    if let Finding::Bad { help, .. } = finding {
        text.push(Line::new().pad(17).then(Style::Plain, help));
    }
    text
}

fn document(name: &str, finding: &Finding) -> Value {
    match finding {
        Finding::Good(what) => json!({ "name": name, "good": true, "found": what }),
        Finding::Bad { what, help } => json!({ "name": name, "good": false, "found": what, "help": help }),
    }
}
