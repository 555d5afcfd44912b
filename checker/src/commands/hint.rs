//! `checker hint`: shows one more level each time.

use std::fs;

use anyhow::Result;

use crate::error::{Exit, UserError};
use crate::session::Session;
use crate::ui::text::style::{Line, Style, Text};

#[derive(clap::Args, Debug)]
pub struct Args {
    /// The exercise; without it, the current one
    pub name: Option<String>,
    /// Show all levels
    #[arg(long)]
    pub all: bool,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    if args.all {
        let at = session.find(args.name.as_deref(), &session.progress())?;
        let levels = levels(session, at)?;
        let mut text = Text::new();
        for level in 1..=levels.len() {
            text.append(show(session, at, &levels, level));
        }
        session.printer.print(&text)?;
        return Ok(Exit::Done);
    }
    session.store.require_known_version()?;
    let at = session.find(args.name.as_deref(), &session.progress())?;
    session.printer.print(&next(session, at)?)?;
    Ok(Exit::Done)
}

/// The level after those that were shown, which counts as shown from now on.
pub fn next(session: &Session, at: usize) -> Result<Text> {
    let name = &session.exercise(at).name;
    let levels = levels(session, at)?;
    let mut level = 0;
    let seen = |seen: u64| usize::try_from(seen).unwrap_or(usize::MAX).saturating_add(1).min(levels.len());
    session.update(|progress| {
        let entry = progress.entry(name);
        level = seen(entry.hints_seen);
        entry.hints_seen = entry.hints_seen.max(level as u64);
    })?;
    // If the progress was not changed, `level` is still 0, and the first level is shown.
    Ok(show(session, at, &levels, level.max(1)))
}

/// The next level, and below it those that were shown before.
pub fn next_and_before(session: &Session, at: usize) -> Result<Text> {
    let mut text = next(session, at)?;
    let name = &session.exercise(at).name;
    let levels = levels(session, at)?;
    let seen = session.progress().exercises.get(name).map_or(1, |entry| entry.hints_seen);
    let newest = usize::try_from(seen).unwrap_or(usize::MAX).clamp(1, levels.len());
    for level in (1..newest).rev() {
        text.append(show(session, at, &levels, level));
    }
    Ok(text)
}

fn show(session: &Session, at: usize, levels: &[String], level: usize) -> Text {
    let exercise = session.exercise(at);
    let mut text = Text::new();
    text.push(Line::styled(Style::Heading, format!("hint {level} of {} · {}", levels.len(), exercise.name)));
    text.blank();
    text.append(session.markdown(&levels[level - 1], &exercise.dir.join("hints.md")));
    text.blank();
    text
}

/// The sections of the exercise's `hints.md`. Never empty.
fn levels(session: &Session, at: usize) -> Result<Vec<String>> {
    let path = session.exercise(at).dir.join("hints.md");
    let unreadable = |what: String| UserError::new(format!("{} {what}", path.display()), "restore it with git");
    let text = fs::read_to_string(&path).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    let levels = sections(&text);
    if levels.is_empty() {
        return Err(unreadable("has no section `## 1`".to_owned()).into());
    }
    Ok(levels)
}

/// The texts below `## 1`, `## 2`, …
pub fn sections(text: &str) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for line in text.lines() {
        let number = line.strip_prefix("## ").and_then(|rest| rest.trim().parse::<usize>().ok());
        if number == Some(sections.len() + 1) {
            sections.push(String::new());
        } else if let Some(section) = sections.last_mut() {
            section.push_str(line);
            section.push('\n');
        }
    }
    sections.iter().map(|section| section.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_numbered_section() {
        let text = "# Hints\n\nIntro.\n\n## 1\n\nA question?\n\n## 2\nA pointer.\n```\n## not a level\n```\n\n## 3\n\nAlmost.\n";
        assert_eq!(sections(text), ["A question?", "A pointer.\n```\n## not a level\n```", "Almost."]);
        assert_eq!(sections("nothing"), Vec::<String>::new());
    }
}
