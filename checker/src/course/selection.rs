//! A teacher's selection of exercises: `course.toml` in the root of the course, which names them, with deadlines.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::course::exercise::{Exercise, Terms};
use crate::course::moment::Moment;
use crate::error::UserError;

/// The file, in the root of the course.
pub const FILE: &str = "course.toml";

/// No exercise is worth more.
const MOST_POINTS: u32 = 1000;

/// The name of the course, and what does not belong to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What the teacher calls the course; `None` without a `course.toml`.
    pub title: Option<String>,
    /// The exercises that are not selected.
    pub left_out: Vec<Exercise>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    #[serde(default)]
    chapter: Vec<Entry>,
    #[serde(default)]
    exercise: Vec<Entry>,
}

/// A chapter or an exercise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    due: Option<Spanned<Datetime>>,
    points: Option<Spanned<u32>>,
}

/// Reads the selection of the course at `root`. Returns the selected ones of `exercises`, with their terms.
pub fn select(root: &Path, exercises: Vec<Exercise>) -> Result<(Vec<Exercise>, Selection)> {
    let file = root.join(FILE);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(parse(&text, exercises)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((exercises, Selection::default())),
        Err(error) => {
            let what = format!("{} cannot be read: {error}", file.display());
            Err(UserError::new(what, "correct that, or move the file away").into())
        }
    }
}

fn parse(text: &str, exercises: Vec<Exercise>) -> Result<(Vec<Exercise>, Selection), UserError> {
    let fault = |span: Range<usize>, what: &str, help: &str| {
        let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
        UserError::new(format!("{FILE}, line {line}: {what}"), help)
    };
    let file: File = toml::from_str(text).map_err(|error| {
        let help = "write `name = \"…\"`, then a table `[[exercise]]` or `[[chapter]]` with a `name` for each; \
                    docs/teaching.md has an example";
        fault(error.span().unwrap_or_default(), error.message().lines().next().unwrap_or_default(), help)
    })?;
    let mut terms: HashMap<String, Terms> = HashMap::new();
    for chapter in &file.chapter {
        let name = chapter.name.get_ref();
        let its: Vec<&Exercise> = exercises.iter().filter(|exercise| exercise.chapter == *name).collect();
        if its.is_empty() {
            let help = format!("the chapters are {}", chapters(&exercises).join(", "));
            return Err(fault(chapter.name.span(), &format!("there is no chapter `{name}`"), &help));
        }
        let of_chapter = chapter.terms(&fault)?;
        for exercise in its {
            if terms.insert(exercise.name.clone(), of_chapter).is_some() {
                return Err(fault(chapter.name.span(), &format!("`{name}` is there twice"), "remove one of the two"));
            }
        }
    }
    let mut named: Vec<&str> = Vec::new();
    for entry in &file.exercise {
        let name = entry.name.get_ref();
        let Some(exercise) = exercises.iter().find(|exercise| exercise.is_called(name)) else {
            let help = "write the name of its folder; the folder `exercises` has all of them";
            return Err(fault(entry.name.span(), &format!("there is no exercise `{name}`"), help));
        };
        if named.contains(&exercise.name.as_str()) {
            return Err(fault(entry.name.span(), &format!("`{name}` is there twice"), "remove one of the two"));
        }
        named.push(&exercise.name);
        // What is said about an exercise goes before what is said about its chapter.
        let (own, of_chapter) = (entry.terms(&fault)?, terms.entry(exercise.name.clone()).or_default());
        of_chapter.due = own.due.or(of_chapter.due);
        of_chapter.points = own.points.or(of_chapter.points);
    }
    if terms.is_empty() {
        let help = "add a table `[[exercise]]` or `[[chapter]]` with a `name` for each, or remove the file";
        return Err(fault(file.name.span(), "no exercise is selected", help));
    }
    let (mut selected, left_out): (Vec<Exercise>, Vec<Exercise>) =
        exercises.into_iter().partition(|exercise| terms.contains_key(&exercise.name));
    for exercise in &mut selected {
        exercise.terms = terms[&exercise.name];
    }
    let title = Some(file.name.into_inner()).filter(|name| !name.trim().is_empty());
    Ok((selected, Selection { title, left_out }))
}

impl Entry {
    fn terms(&self, fault: &dyn Fn(Range<usize>, &str, &str) -> UserError) -> Result<Terms, UserError> {
        let due = self.due.as_ref().map(|due| {
            let help = "a deadline is a date, a time and an offset from UTC, without quotation marks";
            Moment::of(due.get_ref()).map_err(|what| fault(due.span(), &format!("the deadline {what}"), help))
        });
        let points = self.points.as_ref().map(|points| match *points.get_ref() {
            wanted if wanted <= MOST_POINTS => Ok(wanted),
            wanted => {
                let what = format!("{wanted} points are too many");
                Err(fault(points.span(), &what, &format!("give from 0 to {MOST_POINTS} points")))
            }
        });
        Ok(Terms { due: due.transpose()?, points: points.transpose()? })
    }
}

/// The names of the chapters, in order.
fn chapters(exercises: &[Exercise]) -> Vec<&str> {
    let mut chapters: Vec<&str> = exercises.iter().map(|exercise| exercise.chapter.as_str()).collect();
    chapters.dedup();
    chapters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    fn exercises() -> Vec<Exercise> {
        let mut exercises = ["abba", "poison", "first"].map(example::exercise);
        exercises[2].chapter = "00_welcome".to_owned();
        exercises.into()
    }

    #[test]
    fn a_chapter_selects_its_exercises_and_an_exercise_overrides_its_chapter() {
        let text = "name = \"Locks\"\n[[chapter]]\nname = \"02_mutex\"\ndue = 2026-12-04T23:59:00Z\npoints = 7\n\
                    [[exercise]]\nname = \"abba\"\ndue = 2026-12-11T23:59:00Z\n";
        let (selected, selection) = parse(text, exercises()).unwrap();
        let terms = |due| Terms { due: Moment::parse(due).ok(), points: Some(7) };
        let expected = [("abba", terms("2026-12-11T23:59:00Z")), ("poison", terms("2026-12-04T23:59:00Z"))];
        assert_eq!(selected.iter().map(|each| (each.name.as_str(), each.terms)).collect::<Vec<_>>(), expected);
        assert_eq!(selected[0].points(), 7);
        assert_eq!(exercises()[0].points(), 2, "as many as its grade");
        assert_eq!((selection.title.as_deref(), selection.left_out.len()), (Some("Locks"), 1));
        let (selected, _) = parse("name = \"\"\n[[exercise]]\nname = \"00_welcome/03_first\"\n", exercises()).unwrap();
        assert_eq!(selected.iter().map(|each| each.name.as_str()).collect::<Vec<_>>(), ["first"]);
    }

    #[test]
    fn an_error_names_its_line_and_what_to_do() {
        let entry = |rest: &str| format!("name = \"Locks\"\n\n[[exercise]]\nname = \"abba\"\n{rest}\n");
        for (text, line, said) in [
            (entry("due = 2026-12-04T23:59:00"), 5, "the deadline has no time zone"),
            (entry("due = \"Friday\""), 5, "invalid type"),
            (entry("due = 2026-13-04T23:59:00Z"), 5, ""),
            (entry("points = 5000"), 5, "5000 points are too many"),
            (entry("points = -1"), 5, ""),
            (entry("until = 3"), 5, "unknown field"),
            (entry("[[exercise]]\nname = \"03_abba\""), 6, "`03_abba` is there twice"),
            (entry("[[exercise]]\nname = \"abbba\""), 6, "there is no exercise `abbba`"),
            (entry("[[chapter]]\nname = \"mutex\""), 6, "there is no chapter `mutex`"),
            (entry("[[chapter]]\nname = \"02_mutex\"\n[[chapter]]\nname = \"02_mutex\""), 8, "twice"),
            ("name = \"Locks\"\n".to_owned(), 1, "no exercise is selected"),
            ("[[exercise]]\nname = \"abba\"\n".to_owned(), 1, "missing field `name`"),
            ("name = \"Locks\n".to_owned(), 1, ""),
        ] {
            let error = crate::error::describe(&parse(&text, exercises()).unwrap_err().into());
            assert!(error.starts_with(&format!("error: course.toml, line {line}: ")), "{text}\n{error}");
            assert!(error.contains(said) && error.contains("\n help: "), "{text}\n{error}");
        }
    }
}
