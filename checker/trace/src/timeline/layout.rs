//! Where the parts of the picture are placed, and the kind of each part, for the caller that colours them.

use std::fmt;

use super::picture::{Mark, Picture, Slot};
use super::row::{Row, Shown};
use super::verdict;
use crate::{Failure, Trace, columns};

/// The width of a row number and the blanks around it.
const NUMBER: usize = 5;
/// The blanks between two columns.
const GAP: usize = 2;
/// A shorter excerpt of a source line would say nothing.
const LEAST_SOURCE: usize = 16;

/// One line of the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Piece>);

/// A text and its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What is shown, without colour.
    pub text: String,
    /// What the text is about, from which the view derives its colour.
    pub paint: Paint,
}

/// The kind of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Ordinary text.
    Plain,
    /// The name of a task.
    Task,
    /// About this object, which has a letter and may have its own colour.
    Object(usize),
    /// Numbers, places and folded steps.
    Aside,
    /// A quoted line of source.
    Source,
    /// Why the schedule failed.
    Cause,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| f.write_str(&piece.text))
    }
}

impl Line {
    fn width(&self) -> usize {
        self.0.iter().map(|piece| columns::width(&piece.text)).sum()
    }

    fn push(&mut self, text: impl Into<String>, paint: Paint) {
        self.0.push(Piece { text: text.into(), paint });
    }

    /// Pads the line with blanks up to column `at`.
    fn pad_to(&mut self, at: usize) {
        let missing = at.saturating_sub(self.width());
        if missing > 0 {
            self.push(" ".repeat(missing), Paint::Plain);
        }
    }
}

/// Lays out the trace of `failure`, at most `width` columns wide. Empty if there is no trace.
///
/// The tasks are side by side if the columns fit. If not, each step is a line that starts with the task's name.
pub fn layout(failure: &Failure, width: usize) -> Vec<Line> {
    let Some(trace) = &failure.trace else { return Vec::new() };
    let picture = Picture::new(failure, trace);
    let fits = |functions| Some(Columns::new(trace, &picture, functions)).filter(|columns| columns.width() <= width);
    let mut lines = match fits(Functions::BeforeTheStep).or_else(|| fits(Functions::AfterThePlace)) {
        Some(columns) => columns.side_by_side(width),
        None => Columns::new(trace, &picture, Functions::BeforeTheStep).one_below_the_other(width),
    };
    for (i, line) in verdict(failure, trace).lines().enumerate() {
        let mark = if i == 0 { "  ✗  " } else { "     " };
        for (j, part) in wrap(line, width.saturating_sub(NUMBER).max(20)).into_iter().enumerate() {
            let mark = if j == 0 { mark } else { "     " };
            lines.push(Line(vec![Piece { text: format!("{mark}{part}"), paint: Paint::Cause }]));
        }
    }
    lines
}

/// Where the function is named that a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Functions {
    BeforeTheStep,
    /// Which takes less room: one column has it for all tasks.
    AfterThePlace,
}

/// The columns of the picture: one for each task that has a row.
struct Columns<'a> {
    trace: &'a Trace,
    picture: &'a Picture,
    functions: Functions,
    /// The width of the widest step.
    text: usize,
    place: usize,
}

impl<'a> Columns<'a> {
    fn new(trace: &'a Trace, picture: &'a Picture, functions: Functions) -> Self {
        let mut columns = Columns { trace, picture, functions, text: 0, place: 0 };
        let shown = || picture.rows.iter().filter_map(Row::shown);
        columns.text = shown().map(|row| columns::width(&columns.words(row))).max().unwrap_or(0);
        columns.place = shown().map(|row| columns::width(&columns.place(row))).max().unwrap_or(0);
        columns
    }

    fn words(&self, shown: &Shown) -> String {
        match self.functions {
            Functions::BeforeTheStep => shown.words(),
            Functions::AfterThePlace => shown.what.clone(),
        }
    }

    /// `lib.rs:12`, or `lib.rs:12 put`.
    fn place(&self, shown: &Shown) -> String {
        let place = shown.place.as_ref().map(ToString::to_string).unwrap_or_default();
        match (self.functions, &shown.function) {
            (Functions::AfterThePlace, Some(function)) => format!("{place} {function}"),
            _ => place,
        }
    }

    fn slots(&self, at: usize) -> usize {
        self.picture.slots(at)
    }

    /// The width of the task column with index `at`.
    fn column(&self, at: usize) -> usize {
        let slots = self.slots(at);
        let own = |row: &&Shown| row.task == self.picture.tasks[at];
        let rows = self.picture.rows.iter().filter_map(Row::shown).filter(own);
        let text = rows.map(|row| columns::width(&self.words(row))).max();
        let name = columns::width(&self.trace.lane(self.picture.tasks[at]));
        slots + usize::from(slots > 0) + text.unwrap_or(0).max(name)
    }

    fn start(&self, at: usize) -> usize {
        NUMBER + (0..at).map(|at| self.column(at) + GAP).sum::<usize>()
    }

    /// The width of the whole picture, without quoted source.
    fn width(&self) -> usize {
        self.start(self.picture.tasks.len()) + self.place
    }

    fn side_by_side(&self, width: usize) -> Vec<Line> {
        let mut head = Line::default();
        for (at, task) in self.picture.tasks.iter().enumerate() {
            let slots = self.slots(at);
            head.pad_to(self.start(at) + slots + usize::from(slots > 0));
            head.push(self.trace.lane(*task), Paint::Task);
        }
        let mut lines = vec![head];
        for (row, held) in self.picture.rows.iter().zip(&self.picture.held) {
            let mut line = number(row);
            for (at, slots) in held.iter().enumerate() {
                line.pad_to(self.start(at));
                self.push_slots(&mut line, &slots[..slots.len().min(self.slots(at))]);
                if let Row::Shown(shown) = row
                    && shown.task == self.picture.tasks[at]
                {
                    let slots = self.slots(at);
                    line.pad_to(self.start(at) + slots + usize::from(slots > 0));
                    line.push(self.words(shown), shown.paint());
                }
            }
            match row {
                Row::Shown(shown) => {
                    line.pad_to(self.start(self.picture.tasks.len()));
                    self.push_place(&mut line, shown, width);
                }
                row => {
                    let words = row.aside();
                    let room = width.saturating_sub(columns::width(&words));
                    line.pad_to(self.start(self.picture.tasks.len()).min(room));
                    line.push(words, Paint::Aside);
                }
            }
            lines.push(line);
        }
        lines
    }

    fn one_below_the_other(&self, width: usize) -> Vec<Line> {
        let names =
            self.picture.tasks.iter().map(|task| columns::width(&self.trace.tasks[*task].name)).max().unwrap_or(0);
        let mut lines = Vec::new();
        for row in &self.picture.rows {
            let mut line = number(row);
            match row {
                Row::Shown(shown) => {
                    line.push(&*self.trace.tasks[shown.task].name, Paint::Task);
                    line.pad_to(NUMBER + names + GAP);
                    line.push(self.words(shown), shown.paint());
                    // On the narrowest screens a long name pushes the place to a line of its own.
                    let at = NUMBER + names + GAP + self.text + GAP;
                    if at + self.place > width {
                        lines.push(std::mem::take(&mut line));
                        line.pad_to(NUMBER + names + GAP);
                    } else {
                        line.pad_to(at);
                    }
                    self.push_place(&mut line, shown, width);
                }
                row => line.push(row.aside(), Paint::Aside),
            }
            lines.push(line);
        }
        lines
    }

    fn push_slots(&self, line: &mut Line, slots: &[Option<Slot>]) {
        for slot in slots {
            match slot {
                None => line.push(" ", Paint::Plain),
                Some(slot) => {
                    let mark = match slot.mark {
                        Mark::Begin | Mark::Moment => self.picture.letters[&slot.object],
                        Mark::Middle => '│',
                        Mark::End => '╵',
                    };
                    line.push(mark, Paint::Object(slot.object));
                }
            }
        }
    }

    fn push_place(&self, line: &mut Line, shown: &Shown, width: usize) {
        line.push(self.place(shown), Paint::Aside);
        let Some(source) = shown.place.as_ref().and_then(|place| self.trace.source(place)) else { return };
        let at = line.width().max(self.start(self.picture.tasks.len()) + self.place) + GAP;
        let room = width.saturating_sub(at);
        if room >= LEAST_SOURCE {
            line.pad_to(at);
            line.push(shortened(source, room), Paint::Source);
        }
    }
}

impl Shown {
    fn paint(&self) -> Paint {
        self.object.map_or(Paint::Plain, Paint::Object)
    }
}

impl Row {
    /// What stands in the place of steps that are not shown.
    pub fn aside(&self) -> String {
        let what = |rows: &usize| if *rows == 1 { "this step".to_owned() } else { format!("these {rows} steps") };
        match self {
            Row::Shown(_) => String::new(),
            Row::Folded(1) => "(1 step not shown)".to_owned(),
            Row::Folded(n) => format!("({n} steps not shown)"),
            Row::Repeated { rows, times: Some(times) } => format!("({}, {times} times in all)", what(rows)),
            Row::Repeated { rows, times: None } => format!("({}, without end)", what(rows)),
        }
    }
}

fn number(row: &Row) -> Line {
    let text = match row {
        Row::Shown(shown) => format!("{:3}  ", shown.number),
        Row::Folded(_) => "  ⋮  ".to_owned(),
        Row::Repeated { .. } => "  ↻  ".to_owned(),
    };
    Line(vec![Piece { text, paint: Paint::Aside }])
}

/// `text`, shortened to at most `room` columns.
fn shortened(text: &str, room: usize) -> String {
    let text = text.replace('\t', "    ");
    if columns::width(&text) <= room {
        return text;
    }
    format!("{}…", columns::cut(&text, room - 1))
}

/// Breaks `line` at blanks into parts of at most `width` columns. A word that is longer stays whole.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split(' ') {
        let last = parts.last_mut().expect("there is always one");
        if !last.is_empty() && columns::width(last) + 1 + columns::width(word) > width {
            parts.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    parts
}
