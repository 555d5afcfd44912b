//! The exercises as a table, chapter by chapter.

use crate::course::exercise::Exercise;
use crate::course::progress::{Entry, Progress};
use crate::ui::text::style::{Line, Style, Text};

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub exercise: &'a Exercise,
    pub is_current: bool,
}

/// `title` is what the teacher calls the course.
pub fn list(title: Option<&str>, rows: &[Row<'_>], progress: &Progress, all: usize, solved: usize) -> Text {
    let mut text = Text::new();
    if let Some(title) = title {
        text.push(Line::styled(Style::Heading, title));
        text.blank();
    }
    let width = rows.iter().map(|row| row.exercise.folder.len()).max().unwrap_or(0);
    let mut chapter = "";
    for row in rows {
        if row.exercise.chapter != chapter {
            if !chapter.is_empty() {
                text.blank();
            }
            chapter = &row.exercise.chapter;
            text.push(Line::styled(Style::Heading, chapter));
        }
        text.push(line(*row, progress.exercises.get(&row.exercise.name), width));
    }
    if !rows.is_empty() {
        text.blank();
    }
    text.push(Line::plain(format!("{solved} of {all} solved")));
    text
}

fn line(row: Row<'_>, entry: Option<&Entry>, width: usize) -> Line {
    let (style, word) = match entry {
        Some(entry) if entry.solved && entry.peeked => (Style::Good, "solved (peeked)"),
        Some(entry) if entry.solved => (Style::Good, "solved"),
        _ if row.is_current => (Style::Warning, "current"),
        _ => (Style::Aside, "pending"),
    };
    let grade = "★".repeat(usize::from(row.exercise.about.grade));
    let mark = if row.is_current { "> " } else { "  " };
    let line = Line::plain(mark)
        .then(Style::Name, &row.exercise.folder)
        .pad(width + 4)
        .then(style, word)
        .pad(width + 21)
        .then(Style::Plain, grade)
        .pad(width + 28)
        .then(Style::Plain, &row.exercise.about.title);
    match row.exercise.terms.due {
        Some(due) => line.then(Style::Aside, format!(" · due {}", due.in_words())),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;
    use crate::course::moment::Moment;
    use crate::ui::text::style::Colour;

    #[test]
    fn each_row_names_its_state() {
        let mut exercises = ["abba", "counter", "third"].map(example::exercise);
        exercises[2].terms.due = Moment::parse("2026-12-04T23:59:00+01:00").ok();
        let mut progress = Progress::default();
        progress.record("abba", Some(1));
        let rows: Vec<Row<'_>> =
            exercises.iter().enumerate().map(|(i, exercise)| Row { exercise, is_current: i == 1 }).collect();
        let expected = "\
Locks in autumn

02_mutex
  03_abba     solved           ★★     Two locks, two orders
> 03_counter  current          ★★     Two locks, two orders
  03_third    pending          ★★     Two locks, two orders · due 2026-12-04 23:59 +01:00

1 of 3 solved
";
        assert_eq!(list(Some("Locks in autumn"), &rows, &progress, 3, 1).print(Colour::Off), expected);
    }
}
