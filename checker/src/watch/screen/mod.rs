//! The whole screen, drawn from the state of the watch. No row is wider than the screen.

mod list;

use crate::ui::text::style::{Line, Style};
use crate::ui::view::pages;
use crate::ui::view::rows::{self, Row};

use crate::ui::keys::{self, Place};
use crate::verdict::Verdict;
use crate::verdict::summary::beside_the_word;
use crate::watch::state::{App, Prompt, State, Topic};

/// The rows, and the column and row of the cursor, counted from 0.
pub struct Screen {
    pub rows: Vec<Row>,
    pub cursor: Option<(usize, usize)>,
}

/// Draws `app`.
pub fn draw(app: &App) -> Screen {
    let (width, height) = app.size;
    let layout = app.layout();
    let rule = || single(app, Line::styled(Style::Aside, "─".repeat(width)));
    let mut screen = Screen { rows: Vec::new(), cursor: None };
    if layout.title {
        screen.rows.push(title(app));
    }
    if layout.about {
        screen.rows.push(about(app));
    }
    screen.rows.push(status(app));
    if layout.rules {
        screen.rows.push(rule());
    }
    let top = screen.rows.len();
    if app.topic == Topic::List {
        let (rows, selected) = list::rows(app, width, layout.body);
        screen.rows.extend(rows);
        screen.cursor = selected.map(|row| (0, top + row));
    } else {
        screen.rows.extend(app.pager.visible());
    }
    screen.rows.resize(top + layout.body, Row::default());
    if layout.rules {
        screen.rows.push(rule());
    }
    if layout.info {
        if let Some(prompt @ Prompt::Search(_)) = &app.prompt {
            let typed = Line::plain(format!(" {}", app.question(prompt))).width();
            screen.cursor = Some((typed.min(width.saturating_sub(1)), screen.rows.len()));
        }
        screen.rows.push(info(app));
    }
    if layout.keys {
        screen.rows.push(key_line(app));
    }
    screen.rows.truncate(height);
    screen
}

fn single(app: &App, line: Line) -> Row {
    rows::single(line, app.colour, app.size.0)
}

fn sides(app: &App, left: Line, right: Line) -> Row {
    sides_in(app, single(app, left), right)
}

fn title(app: &App) -> Row {
    let exercise = app.exercise();
    let left = Line::plain(" ")
        .then(Style::Name, &exercise.name)
        .then(Style::Plain, " · ")
        .then(Style::Heading, &exercise.about.title);
    let stars = "★".repeat(usize::from(exercise.about.grade));
    sides(app, left, Line::styled(Style::Aside, format!("{} · {stars} ", exercise.chapter)))
}

fn about(app: &App) -> Row {
    let about = &app.exercise().about;
    let concepts = about.concepts.join(", ");
    let packages = format!("{} ", about.packages.join(", "));
    sides(app, Line::styled(Style::Aside, format!(" {concepts}")), Line::styled(Style::Aside, packages))
}

/// The state and a few words about it.
fn status(app: &App) -> Row {
    match app.state {
        State::Running => running(app),
        State::Passes | State::DoesNotPass => match (&app.verdict, &app.error) {
            (Some(verdict), _) => {
                let style = if verdict.passed() { Style::Good } else { Style::Bad };
                single(
                    app,
                    Line::plain(" ")
                        .then(style, badge(verdict))
                        .then(Style::Plain, format!(" · {}", beside_the_word(verdict))),
                )
            }
            (None, Some(error)) => {
                let first = error.lines().next().unwrap_or_default();
                single(app, Line::plain(" ").then(Style::Warning, first))
            }
            (None, None) => single(app, Line::plain(" not checked yet")),
        },
    }
}

/// `✗ DEADLOCK`.
fn badge(verdict: &Verdict) -> String {
    format!("{} {}", if verdict.passed() { '✓' } else { '✗' }, verdict.kind.word().to_uppercase())
}

fn running(app: &App) -> Row {
    const WHEEL: [char; 4] = ['-', '\\', '|', '/'];
    let name = &app.exercise().name;
    let line = Line::plain(" ").then(Style::Warning, "running");
    let Some(elapsed) = app.running.elapsed_ms else {
        return single(app, line);
    };
    let wheel = WHEEL[(elapsed / 100 % 4) as usize];
    let mut line = line.then(Style::Plain, format!(" {wheel} {}.{} s ", elapsed / 1000, elapsed / 100 % 10));
    if let Some((done, of)) = app.running.bar(name) {
        let filled = (20 * done).checked_div(of).unwrap_or(0).min(20);
        line = line.then(Style::Good, format!("[{}{}] ", "#".repeat(filled), ".".repeat(20 - filled)));
    }
    single(app, line.then(Style::Plain, app.running.phase(name)))
}

/// The prompt or the last note, if there is one; else the progress and the path of the file.
fn info(app: &App) -> Row {
    if let Some(prompt) = &app.prompt {
        let style = if matches!(prompt, Prompt::Search(_)) { Style::Plain } else { Style::Warning };
        return single(app, Line::styled(style, format!(" {}", app.question(prompt))));
    }
    if let Some(note) = &app.note {
        return sides(app, Line::styled(Style::Warning, format!(" {note}")), position(app));
    }
    let exercise = app.exercise();
    let (solved, all) = (app.solved(), app.exercises.len());
    let of_chapter =
        (app.chapter().filter(|exercise| app.progress.is_solved(&exercise.name)).count(), app.chapter().count());
    let of_chapter =
        if app.size.0 < 60 { String::new() } else { format!(" · chapter {}/{}", of_chapter.0, of_chapter.1) };
    let progress = format!(" {} {solved}/{all}{of_chapter} · ", bar(solved, all));
    let path = format!("exercises/{}/src/lib.rs", exercise.path());
    let mut line = Line::plain(progress).then(Style::Name, path);
    for note in &app.standing {
        line = line.then(Style::Warning, format!(" · {note}"));
    }
    with_position(app, line)
}

/// `████░░░░░░`
fn bar(done: usize, all: usize) -> String {
    const CELLS: usize = 10;
    let filled = (CELLS * done).checked_div(all).unwrap_or(0).min(CELLS);
    "█".repeat(filled) + &"░".repeat(CELLS - filled)
}

/// `line`, shortened to make room for the position, unless too little room would be left.
fn with_position(app: &App, line: Line) -> Row {
    let right = position(app);
    let room = app.size.0.saturating_sub(right.width() + 2);
    if right.width() == 0 || room < 12 {
        return single(app, line);
    }
    sides_in(app, rows::single(line, app.colour, room), right)
}

fn sides_in(app: &App, left: Row, right: Line) -> Row {
    rows::sides(left, single(app, right), app.size.0)
}

/// Which part of the text is shown, and which match of the search is selected.
fn position(app: &App) -> Line {
    let mut words = Vec::new();
    if let Some((found, at, of)) = app.pager.found() {
        words.push(format!("`{found}` {at} of {of}"));
    }
    if let Some((from, to, of)) = app.pager.part().filter(|_| app.topic != Topic::List) {
        words.push(format!("{from}-{to} of {of}"));
    }
    if app.topic == Topic::List {
        words.push(format!("filter: {}", app.choice.filter.word()));
    }
    let words = words.join(" · ");
    Line::styled(Style::Aside, if words.is_empty() { words } else { format!("{words} ") })
}

/// The most important keys, as many as fit.
fn key_line(app: &App) -> Row {
    let place = if app.topic == Topic::List { Place::List } else { Place::Exercise };
    let mut line = Line::new();
    let back = (!matches!(app.topic, Topic::Result | Topic::List)).then(|| ("Esc".to_owned(), "result"));
    for (key, word) in back.into_iter().chain(keys::line(place)) {
        let is_void = match word {
            "next" => app.state != State::Passes,
            "timeline" => !app.verdict.as_deref().is_some_and(pages::has_timeline),
            _ => false,
        };
        let more = line.clone().then(Style::Plain, " ").then(Style::Name, key).then(Style::Plain, format!(" {word} "));
        if is_void || more.width() > app.size.0 {
            continue;
        }
        line = more;
    }
    single(app, line)
}

/// The rows with escape sequences, as they are sent to the terminal.
pub fn paint(screen: &Screen, links: Option<&str>) -> Vec<String> {
    let linked = |row: &Row| links.map_or_else(|| row.paint(), |root| row.clone().linked(root).paint());
    screen.rows.iter().map(linked).collect()
}

/// The rows without colours.
#[cfg(test)]
pub fn plain(screen: &Screen) -> String {
    screen.rows.iter().map(|row| row.plain().trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests;
