//! The exercises as a table, chapter by chapter.

use crate::course::exercise::Exercise;
use crate::course::manifests::Unreadable;
use crate::course::progress::{Entry, Progress};
use crate::ui::text::style::{Line, Style, Text};

/// What is listed.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// What the teacher calls the course.
    pub title: Option<&'a str>,
    /// All exercises of the course, which are counted.
    pub exercises: &'a [Exercise],
    pub unreadable: &'a [Unreadable],
    pub progress: &'a Progress,
    /// The index of the current exercise.
    pub current: Option<usize>,
}

/// A row, and what it is sorted by.
enum Row<'a> {
    Exercise(usize, &'a Exercise),
    Unreadable(&'a Unreadable),
}

impl Row<'_> {
    fn place(&self) -> (&str, &str) {
        match self {
            Row::Exercise(_, exercise) => (&exercise.chapter, &exercise.folder),
            Row::Unreadable(unreadable) => (&unreadable.chapter, &unreadable.folder),
        }
    }
}

/// The list of those exercises that are `wanted`.
pub fn list(listing: Listing<'_>, wanted: impl Fn(&Exercise) -> bool) -> Text {
    let Listing { title, exercises, unreadable, progress, current } = listing;
    let readable = exercises.iter().enumerate().filter(|(_, exercise)| wanted(exercise));
    let mut rows: Vec<Row<'_>> = readable.map(|(at, exercise)| Row::Exercise(at, exercise)).collect();
    rows.extend(unreadable.iter().map(Row::Unreadable));
    rows.sort_by(|a, b| a.place().cmp(&b.place()));
    let width = rows.iter().map(|row| row.place().1.len()).max().unwrap_or(0);
    let mut text = Text::new();
    if let Some(title) = title {
        text.push(Line::styled(Style::Heading, title));
        text.blank();
    }
    for chapter in rows.chunk_by(|a, b| a.place().0 == b.place().0) {
        text.push(heading(chapter[0].place().0, exercises, progress));
        for row in chapter {
            text.push(match row {
                Row::Exercise(at, exercise) => {
                    let entry = progress.exercises.get(&exercise.name);
                    let is_current = current == Some(*at);
                    line(exercise, state(entry, is_current), if is_current { "> " } else { "  " }, width)
                }
                Row::Unreadable(unreadable) => columns("  ", (Style::Bad, "✗ unreadable"), &unreadable.folder, width)
                    .then(Style::Plain, "its manifest cannot be used"),
            });
        }
        text.blank();
    }
    let solved = exercises.iter().filter(|exercise| progress.is_solved(&exercise.name)).count();
    text.push(Line::plain(format!("{solved} of {} solved", exercises.len())));
    text
}

/// `02_mutex 2/5`.
pub fn heading(chapter: &str, exercises: &[Exercise], progress: &Progress) -> Line {
    let own = || exercises.iter().filter(|exercise| exercise.chapter == chapter);
    let solved = own().filter(|exercise| progress.is_solved(&exercise.name)).count();
    Line::styled(Style::Heading, chapter).then(Style::Aside, format!(" {solved}/{}", own().count()))
}

/// The state of an exercise in a word with a mark.
pub fn state(entry: Option<&Entry>, is_current: bool) -> (Style, &'static str) {
    match entry {
        Some(entry) if entry.solved && entry.peeked => (Style::Good, "✓ peeked"),
        Some(entry) if entry.solved => (Style::Good, "✓ solved"),
        _ if is_current => (Style::Warning, "● here"),
        _ => (Style::Aside, "○ pending"),
    }
}

/// An exercise with its state, its grade and its title. `width` is that of the folders.
pub fn line(exercise: &Exercise, state: (Style, &str), mark: &str, width: usize) -> Line {
    let grade = "★".repeat(usize::from(exercise.about.grade));
    let line = columns(mark, state, &exercise.folder, width).then(Style::Plain, grade);
    let line = line.pad(24 + width).then(Style::Plain, &exercise.about.title);
    exercise.terms.due.iter().fold(line, |line, due| line.then(Style::Aside, format!(" · due {}", due.in_words())))
}

fn columns(mark: &str, (style, word): (Style, &str), folder: &str, width: usize) -> Line {
    Line::plain(mark).then(style, word).pad(15).then(Style::Name, folder).pad(17 + width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;
    use crate::course::moment::Moment;
    use crate::ui::text::style::Colour;

    #[test]
    fn each_row_names_its_state_and_each_chapter_its_progress() {
        let mut exercises = ["abba", "counter", "third"].map(example::exercise);
        exercises[2].terms.due = Moment::parse("2026-12-04T23:59:00+01:00").ok();
        let mut progress = Progress::default();
        progress.record("abba", Some(1));
        let title = Some("Locks in autumn");
        let listing = Listing { title, exercises: &exercises, unreadable: &[], progress: &progress, current: Some(1) };
        let expected = "\
Locks in autumn

02_mutex 1/3
  ✓ solved     03_abba     ★★     Two locks, two orders
> ● here       03_counter  ★★     Two locks, two orders
  ○ pending    03_third    ★★     Two locks, two orders · due 2026-12-04 23:59 +01:00

1 of 3 solved
";
        assert_eq!(list(listing, |_| true).print(Colour::Off), expected);
        let pending = list(listing, |exercise| exercise.name == "third").print(Colour::Off);
        assert!(pending.contains("02_mutex 1/3") && !pending.contains("counter"), "{pending}");
    }
}
