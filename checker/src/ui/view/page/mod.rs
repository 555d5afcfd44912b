//! A trace as one HTML page: the picture as SVG, the source beside it, and no external resources.
//!
//! Focusing a step, by mouse or keyboard, highlights its source line and everything about its lock, and so shows which
//! task holds it.

use std::fmt::Write as _;

use trace::map::Map;
use trace::timeline::{self, Mark, Picture, Row, Shown};
use trace::{Failure, Trace};

mod play;

pub use self::play::{failure, has_all, shown_ends};

/// A source file of the learner.
pub struct Source<'a> {
    /// The path as the compiler reports it.
    pub file: &'a str,
    pub text: &'a str,
}

/// The height of a row, and other measures of the picture, in CSS pixels.
const ROW: usize = 34;
const TOP: usize = 40;
const LEFT: usize = 44;
const BAR: usize = 16;
/// The width of a character of text in the picture.
const CHARACTER: usize = 8;

/// The content of a page.
pub struct Page<'a> {
    pub title: &'a str,
    /// An interleaving that failed, drawn as a picture.
    pub failed: Option<(&'a Failure, &'a Trace)>,
    /// All interleavings, for the reader to explore.
    pub map: Option<&'a Map>,
    pub sources: &'a [Source<'a>],
    /// What the reader who explores is asked to do, if not what the map suggests.
    pub goal: Option<&'a str>,
    /// Where to go on afterwards: words and targets.
    pub links: &'a [(&'a str, String)],
}

/// The page as HTML.
pub fn html(page: &Page<'_>) -> String {
    let mut html = String::new();
    let title = escaped(page.title);
    let (name, test) = page.title.split_once(" · ").map_or((page.title, None), |(name, test)| (name, Some(test)));
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         <header><h1>{}</h1><p>",
        escaped(name)
    );
    let interleaving = page.failed.map(|(_, trace)| timeline::title(trace));
    let below: Vec<&str> = test.into_iter().chain(interleaving.as_deref()).collect();
    html.push_str(&escaped(&below.join(" · ")));
    html.push_str("</p></header>\n<main>\n<div>\n");
    if let Some((failure, trace)) = page.failed {
        let picture = Picture::new(failure, trace);
        html.push_str("<section aria-label=\"Interleaving\">\n");
        svg(&mut html, failure, trace, &picture);
        let verdict = with_code(&timeline::verdict(failure, trace));
        let _ = writeln!(html, "<p class=\"cause\">{}</p>", verdict.replace('\n', "<br>"));
        html.push_str("<p class=\"keys\">Arrow keys go from step to step.</p>\n</section>\n");
    }
    if let Some(map) = page.map {
        play::section(&mut html, map, page);
    }
    html.push_str("</div>\n<section aria-label=\"Source\">\n");
    for source in page.sources {
        listing(&mut html, source);
    }
    let play = if page.map.is_some() { PLAY } else { "" };
    let _ = write!(html, "</section>\n</main>\n<script>\n{SCRIPT}{play}</script>\n</html>\n");
    html
}

/// The positions of the columns in the picture.
struct Columns(Vec<Column>);

struct Column {
    x: usize,
    /// The number of slots for bars.
    slots: usize,
    width: usize,
}

impl Columns {
    fn new(trace: &Trace, picture: &Picture) -> Self {
        let mut x = LEFT;
        let mut columns = Vec::new();
        for (at, task) in picture.tasks.iter().enumerate() {
            let own = picture.rows.iter().filter_map(Row::shown).filter(|row| row.task == *task);
            let longest = own.map(|row| row.words().chars().count()).max().unwrap_or(0);
            let name = trace.tasks[*task].name.chars().count();
            let slots = picture.slots(at);
            let width = slots * BAR + longest.max(name) * CHARACTER + 28;
            columns.push(Column { x, slots, width });
            x += width + 16;
        }
        Columns(columns)
    }

    fn width(&self) -> usize {
        self.0.last().map_or(LEFT, |last| last.x + last.width + 16)
    }
}

impl Column {
    /// The position of the text, to the right of the bars.
    fn text(&self) -> usize {
        self.x + self.slots * BAR + 8
    }
}

fn svg(html: &mut String, failure: &Failure, trace: &Trace, picture: &Picture) {
    let columns = Columns::new(trace, picture);
    let height = TOP + picture.rows.len() * ROW + 8;
    let (width, words) = (columns.width() + 96, escaped(&timeline::draw(failure, 160)));
    let _ = write!(
        html,
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"group\" aria-label=\"Timeline\">\n\
         <desc>{words}</desc>\n"
    );
    for (column, task) in columns.0.iter().zip(&picture.tasks) {
        let name = escaped(&trace.tasks[*task].name);
        let _ = writeln!(html, "<text class=\"task\" x=\"{}\" y=\"22\">{name}</text>", column.text());
        let _ = writeln!(
            html,
            "<line class=\"lane\" x1=\"{x}\" x2=\"{x}\" y1=\"30\" y2=\"{height}\"/>",
            x = column.text() - 4
        );
    }
    bars(html, picture, &columns);
    for (index, row) in picture.rows.iter().enumerate() {
        let y = TOP + index * ROW;
        match row {
            Row::Shown(shown) => step(html, trace, picture, &columns, shown, y),
            row => {
                let words = row.aside();
                let _ = writeln!(html, "<text class=\"aside\" x=\"{LEFT}\" y=\"{}\">⋮ {words}</text>", y + 20);
            }
        }
    }
    html.push_str("</svg>\n");
}

/// Draws a bar for each object for as long as a task holds it.
fn bars(html: &mut String, picture: &Picture, columns: &Columns) {
    for (index, held) in picture.held.iter().enumerate() {
        for (column, slots) in columns.0.iter().zip(held) {
            for (slot, held) in slots.iter().enumerate().filter_map(|(at, slot)| Some((at, (*slot)?))) {
                let (x, y) = (column.x + slot * BAR, TOP + index * ROW);
                let (top, height) = match held.mark {
                    Mark::Begin => (y + 8, ROW - 8),
                    Mark::Middle => (y, ROW),
                    Mark::End => (y, ROW - 8),
                    Mark::Moment => (y + 8, ROW - 16),
                };
                let colour = held.object % COLOURS;
                let _ = writeln!(
                    html,
                    "<rect class=\"bar c{colour}\" data-object=\"{}\" x=\"{x}\" y=\"{top}\" width=\"{}\" \
                     height=\"{height}\"/>",
                    held.object,
                    BAR - 3
                );
                if matches!(held.mark, Mark::Begin | Mark::Moment) {
                    let _ = writeln!(
                        html,
                        "<text class=\"letter\" x=\"{}\" y=\"{}\">{}</text>",
                        x + 2,
                        top + 13,
                        picture.letters[&held.object]
                    );
                }
            }
        }
    }
}

/// The number of colours in the style sheet. Beyond that, objects differ only in their letters.
const COLOURS: usize = 6;

fn step(html: &mut String, trace: &Trace, picture: &Picture, columns: &Columns, shown: &Shown, y: usize) {
    let Some(at) = picture.tasks.iter().position(|task| *task == shown.task) else { return };
    let column = &columns.0[at];
    let place = shown.place.as_ref();
    let name = &trace.tasks[shown.task].name;
    // Read aloud, the step is a sentence.
    let what =
        shown.function.as_ref().map_or_else(|| shown.what.clone(), |function| format!("{} in {function}", shown.what));
    let label = format!(
        "Step {}: {name} {}{}",
        shown.number,
        what,
        place.map(|place| format!(", {place}")).unwrap_or_default()
    );
    let line = place.map(|place| anchor(&place.file, place.line)).unwrap_or_default();
    let object = shown.object.map(|object| object.to_string()).unwrap_or_default();
    let colour = shown.object.map(|object| format!(" c{}", object % COLOURS)).unwrap_or_default();
    let _ = write!(
        html,
        "<g class=\"step{colour}\" tabindex=\"0\" role=\"img\" aria-label=\"{}\" data-line=\"{line}\" \
         data-object=\"{object}\">\n\
         <rect class=\"hit\" x=\"0\" y=\"{y}\" width=\"{}\" height=\"{ROW}\"/>\n\
         <text class=\"aside\" x=\"8\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{}</text>",
        escaped(&label),
        columns.width() + 96,
        y + 22,
        shown.number,
        column.text(),
        y + 22,
        escaped(&shown.words()),
    );
    if let Some(place) = place {
        let _ = write!(html, "<text class=\"aside\" x=\"{}\" y=\"{}\">{place}</text>", columns.width(), y + 22);
    }
    html.push_str("\n</g>\n");
}

fn listing(html: &mut String, source: &Source<'_>) {
    let _ = writeln!(html, "<h2>{}</h2>\n<ol class=\"source\">", escaped(source.file));
    for (index, line) in source.text.lines().enumerate() {
        let id = anchor(source.file, index as u32 + 1);
        let _ = writeln!(html, "<li id=\"{id}\"><code>{}</code></li>", escaped(line));
    }
    html.push_str("</ol>\n");
}

/// The id of a source line in the page.
fn anchor(file: &str, line: u32) -> String {
    let file: String = file.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{file}-{line}")
}

pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// `text` as HTML, in which backticks enclose code. Without a partner, a backtick stays what it is.
fn with_code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let part = |(at, part): (usize, &&str)| match at % 2 {
        0 => escaped(part),
        _ => format!("<code>{}</code>", escaped(part)),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Colours by Okabe and Ito, which colour-blind people can tell apart.
const STYLE: &str = include_str!("page.css");
const PLAY: &str = include_str!("play.js");
const SCRIPT: &str = include_str!("page.js");

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{Action, FailureKind, Mode, Object, Place, Step, Task};

    fn failure() -> Failure {
        let step = |task, action, line| Step {
            task,
            action,
            place: Some(Place { file: "exercises/a/src/lib.rs".into(), line }),
        };
        let trace = Trace {
            schedule: 3,
            budget: 1000,
            seed: 7,
            tasks: ["main", "thread 1"].map(Task::named).into(),
            objects: ["a", "b<&>"]
                .map(|name| Object { type_name: "Mutex".into(), name: name.into(), created: None })
                .into(),
            steps: vec![
                step(0, Action::Acquires { object: 0, mode: Mode::Lock }, 1),
                step(1, Action::Acquires { object: 1, mode: Mode::Lock }, 2),
                step(0, Action::Waits { object: 1, mode: Mode::Lock }, 3),
                step(1, Action::Waits { object: 0, mode: Mode::Lock }, 4),
            ],
            ..Trace::default()
        };
        Failure { kind: FailureKind::Deadlock, message: String::new(), place: None, trace: Some(trace) }
    }

    fn html() -> String {
        let failure = failure();
        let source = Source { file: "exercises/a/src/lib.rs", text: "one\n<two>\nthree\nfour" };
        let failed = Some((&failure, failure.trace.as_ref().unwrap()));
        super::html(&Page {
            title: "abba · never_deadlock",
            failed,
            map: None,
            sources: &[source],
            goal: None,
            links: &[],
        })
    }

    #[test]
    fn every_step_is_reachable_by_keyboard_and_names_its_line() {
        let html = html();
        assert_eq!(html.matches("class=\"step").count(), 4, "{html}");
        assert_eq!(html.matches("tabindex=\"0\"").count(), 4);
        for line in 1..=4 {
            let id = format!("exercises-a-src-lib-rs-{line}");
            assert!(html.contains(&format!("data-line=\"{id}\"")), "{id} is pointed to");
            assert!(html.contains(&format!("id=\"{id}\"")), "{id} is there");
        }
        assert!(html.contains("aria-label=\"Step 3: main waits for `b&lt;&amp;&gt;`, lib.rs:3\""), "{html}");
    }

    #[test]
    fn nothing_is_loaded_and_the_learners_text_is_escaped() {
        let html = html();
        for outside in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert_eq!(with_code("`a<` and `b`"), "<code>a&lt;</code> and <code>b</code>");
        assert_eq!(with_code("`a` and `b"), "`a` and `b");
        assert!(!html.contains("<two>") && html.contains("&lt;two&gt;"), "{html}");
    }
}
