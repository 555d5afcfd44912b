//! The texts that the watch shows: the brief, the lesson, the glossary, hints, the solution.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::commands::{hint, read, solution};
use crate::course::glossary::Glossary;
use crate::session::Session;
use crate::ui::text::document;
use crate::ui::text::style::Text;
use crate::watch::state::Topic;

pub fn fetch(session: &Session, topic: Topic, at: usize) -> Result<Text> {
    let dir = &session.exercise(at).dir;
    match topic {
        Topic::Hint => hint::next_and_before(session, at),
        Topic::Lesson => Ok(document::markdown(&read::read(&lesson(dir))?)),
        Topic::Glossary => glossary(session, at),
        Topic::Solution => solution::explain(session, at),
        _ => Ok(document::markdown(&read::read(&brief(dir))?)),
    }
}

fn brief(dir: &Path) -> PathBuf {
    dir.join("README.md")
}

fn lesson(dir: &Path) -> PathBuf {
    dir.join("../README.md")
}

/// The entries of the glossary whose words occur in the brief or in the lesson.
fn glossary(session: &Session, at: usize) -> Result<Text> {
    let exercise = session.exercise(at);
    let front = read::read(&session.root().join("exercises").join("README.md"))?;
    // A chapter need not have a lesson.
    let texts = [read::read(&brief(&exercise.dir))?, read::read(&lesson(&exercise.dir)).unwrap_or_default()];
    let (_, glossary) = Glossary::split(&front);
    let glossary = glossary.unwrap_or_default();
    let used = glossary.used_in(&texts.each_ref().map(String::as_str));
    if used.is_empty() {
        let words = "The glossary explains no word of this brief and lesson. All of it: `exercises/README.md`.\n";
        return Ok(document::markdown(words));
    }
    let entries: String = used.iter().map(|entry| entry.text.trim_end().to_owned() + "\n\n").collect();
    let head = format!("# Words of the brief and the lesson\n\n{entries}");
    Ok(document::markdown(&(head + "All words of the course: `exercises/README.md`.\n")))
}

/// The first paragraph of the explanation of the solution.
pub fn explanation(session: &Session, at: usize) -> Result<String> {
    let path = session.catalogue.solution(session.exercise(at)).join("README.md");
    let text = read::read(&path)?;
    let lines = text.lines().skip_while(|line| line.trim().is_empty() || line.starts_with('#'));
    Ok(lines.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n"))
}
