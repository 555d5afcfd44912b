//! The texts that the watch shows: the brief, the lesson, the glossary, hints, the solution.

use anyhow::Result;

use crate::commands::{hint, read, solution};
use crate::course::glossary::Glossary;
use crate::session::Session;
use crate::ui::text::style::Text;
use crate::watch::state::Topic;

pub fn fetch(session: &Session, topic: Topic, at: usize) -> Result<Text> {
    match topic {
        Topic::Hint => hint::next_and_before(session, at),
        Topic::Lesson => read::page(session, &session.exercise(at).lesson()),
        Topic::Glossary => glossary(session, at),
        Topic::Solution => solution::explain(session, at),
        _ => read::page(session, &session.exercise(at).brief()),
    }
}

/// The entries of the glossary whose words occur in the brief or in the lesson.
fn glossary(session: &Session, at: usize) -> Result<Text> {
    let exercise = session.exercise(at);
    let path = session.root().join("exercises").join("README.md");
    let front = read::read(&path)?;
    // A chapter need not have a lesson.
    let texts = [read::read(&exercise.brief())?, read::read(&exercise.lesson()).unwrap_or_default()];
    let (_, glossary) = Glossary::split(&front);
    let glossary = glossary.unwrap_or_default();
    let used = glossary.used_in(&texts.each_ref().map(String::as_str));
    if used.is_empty() {
        let words = "The glossary explains no word of this brief and lesson. All of it: `exercises/README.md`.\n";
        return Ok(session.markdown(words, &path));
    }
    let entries: String = used.iter().map(|entry| entry.text.trim_end().to_owned() + "\n\n").collect();
    let head = format!("# Words of the brief and the lesson\n\n{entries}");
    Ok(session.markdown(&(head + "All words of the course: `exercises/README.md`.\n"), &path))
}

/// The first paragraph of the explanation of the solution.
pub fn explanation(session: &Session, at: usize) -> Result<Text> {
    let path = session.catalogue.solution(session.exercise(at)).join("README.md");
    let text = read::read(&path)?;
    let lines = text.lines().skip_while(|line| line.trim().is_empty() || line.starts_with('#'));
    let first: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).collect();
    Ok(session.markdown(&first.join("\n"), &path))
}
