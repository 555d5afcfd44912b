//! The list of all exercises on the screen of the watch.

use crate::ui::text::style::{Colour, Line, Style};
use crate::ui::view::list;
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
    let heading = |title: &str| rows::single(Line::styled(Style::Heading, title), app.colour, width);
    let mut all: Vec<Row> = app.title.as_deref().map(heading).into_iter().collect();
    let mut selected = None;
    let mut chapter = "";
    for at in listed {
        let exercise = &app.exercises[at];
        if exercise.chapter != chapter {
            chapter = &exercise.chapter;
            all.push(rows::single(list::heading(chapter, &app.exercises, &app.progress), app.colour, width));
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
    let (style, word) = list::state(app.progress.exercises.get(&exercise.name), at == app.at);
    let mark = if at == app.choice.selected { "> " } else { "  " };
    if width < 60 {
        return Line::plain(mark).then(style, word).pad(13).then(Style::Plain, &exercise.folder);
    }
    let longest = app.exercises.iter().map(|exercise| exercise.folder.len()).max().unwrap_or(0).min(30);
    list::line(exercise, (style, word), mark, longest)
}
