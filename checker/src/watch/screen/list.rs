//! The list of all exercises on the screen of the watch.

use crate::ui::text::style::{Colour, Line, Style};
use crate::ui::view::rows::{self, Row};
use crate::watch::state::App;

/// At most `height` rows around the selected one, and the index of the selected one.
pub fn rows(app: &App, width: usize, height: usize) -> (Vec<Row>, Option<usize>) {
    let listed = app.choice.listed(&app.exercises, &app.progress);
    if listed.is_empty() {
        let words = match app.choice.words.as_str() {
            "" => format!("  nothing is {}", app.choice.filter.word()),
            words => format!("  nothing with `{words}` is among these ({})", app.choice.filter.word()),
        };
        return (vec![rows::single(Line::plain(words), app.colour, width)], None);
    }
    let heading = |title: &str| rows::single(Line::styled(Style::Heading, format!(" {title}")), app.colour, width);
    let mut all: Vec<Row> = app.title.as_deref().map(heading).into_iter().collect();
    let mut selected = None;
    let mut chapter = "";
    for at in listed {
        let exercise = &app.exercises[at];
        if exercise.chapter != chapter {
            chapter = &exercise.chapter;
            all.push(heading(chapter));
        }
        if at == app.choice.selected {
            selected = Some(all.len());
        }
        let row = rows::single(line(app, at, width), app.colour, width);
        let stands_out = at == app.choice.selected && app.colour == Colour::On;
        all.push(if stands_out { row.inverse(width) } else { row });
    }
    // The selected row is in the middle, if possible.
    let top = selected.unwrap_or(0).saturating_sub(height / 2).min(all.len().saturating_sub(height));
    let seen = all.into_iter().skip(top).take(height).collect();
    (seen, selected.map(|row| row - top).filter(|row| *row < height))
}

fn line(app: &App, at: usize, width: usize) -> Line {
    let exercise = &app.exercises[at];
    let entry = app.progress.exercises.get(&exercise.name);
    let (style, word) = match entry {
        Some(entry) if entry.solved && entry.peeked => (Style::Good, "✓ peeked"),
        Some(entry) if entry.solved => (Style::Good, "✓ solved"),
        _ if at == app.at => (Style::Warning, "● here"),
        _ => (Style::Aside, "○ pending"),
    };
    let mark = if at == app.choice.selected { "> " } else { "  " };
    let grade = "★".repeat(usize::from(exercise.about.grade));
    let line = Line::plain(mark).then(style, word).pad(13);
    if width < 60 {
        return line.then(Style::Plain, &exercise.folder);
    }
    let longest = app.exercises.iter().map(|exercise| exercise.folder.len()).max().unwrap_or(0).min(30);
    let line = line
        .then(Style::Name, &exercise.folder)
        .pad(15 + longest)
        .then(Style::Plain, grade)
        .pad(22 + longest)
        .then(Style::Plain, &exercise.about.title);
    exercise.terms.due.iter().fold(line, |line, due| line.then(Style::Aside, format!(" · due {}", due.in_words())))
}
