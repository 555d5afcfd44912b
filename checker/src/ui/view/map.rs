//! The map of a test as text: a tree of the choices that matter.

use trace::columns;
use trace::map::{Map, Outcome, Row, Tree};
use trace::timeline::grouped;

use crate::ui::text::style::{Line, Style, Text};

/// The map of the test that `title` names, at most `width` cells wide.
pub fn text(title: &str, map: &Map, width: usize) -> Text {
    let tree = Tree::new(map);
    let mut text = Text::new();
    text.push(Line::styled(Style::Heading, format!(" {title}")));
    text.push(Line::plain(format!(" {}", tree.summary)));
    let numbers = tree.rows.len().to_string().len();
    let cells = |row: &Row| columns::width(&row.lines) + columns::width(&row.words);
    let words = tree.rows.iter().map(cells).max().unwrap_or(0);
    let places = tree.rows.iter().filter_map(|row| row.place.as_ref()).map(|place| place.to_string().len());
    let places = places.max().unwrap_or(0);
    if !tree.rows.is_empty() {
        text.blank();
    }
    for (index, row) in tree.rows.iter().enumerate() {
        let place = row.place.as_ref().map_or_else(String::new, |place| place.to_string());
        let pad = " ".repeat(words - cells(row));
        let line = Line::new()
            .then(Style::Aside, format!(" {:>numbers$}  {}", index + 1, row.lines))
            .then(Style::Plain, format!("{}{pad}  ", row.words))
            .then(Style::Aside, format!("{place:<places$}  "));
        text.push(outcome(line, &row.outcome));
    }
    if !tree.rows.is_empty() {
        text.blank();
        text.push(Line::styled(Style::Aside, " Choices that leave all of these interleavings possible are not shown."));
    } else if !tree.seals.is_empty() {
        text.blank();
        text.push(Line::plain(" Choices after which, in some states, every interleaving fails:"));
        for seal in tree.seals.iter().take(MOST_SEALS) {
            text.push(Line::styled(Style::Bad, format!("   {seal}")));
        }
        if let Some(more) = tree.seals.len().checked_sub(MOST_SEALS).filter(|more| *more > 0) {
            text.push(Line::styled(Style::Aside, format!("   and {more} others")));
        }
    }
    text.cut(width, usize::MAX)
}

/// The maximum number of listed steps. A longer list does not help.
const MOST_SEALS: usize = 8;

fn outcome(line: Line, outcome: &Outcome) -> Line {
    match outcome {
        Outcome::Continues => line,
        Outcome::Seals => line.then(Style::Bad, "✗ fails from here on"),
        Outcome::SameAs(row) => line.then(Style::Aside, format!("continues like row {row}")),
        Outcome::Passes => line.then(Style::Good, "✓ passes"),
        Outcome::AllPass(count) => line.then(Style::Good, format!("✓ all {} pass", grouped(*count))),
        Outcome::AllFail(count) => line.then(Style::Bad, format!("✗ all {} fail", grouped(*count))),
        Outcome::Fails(words) => line.then(Style::Bad, format!("✗ {words}")),
    }
}
