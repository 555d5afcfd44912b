//! The cells of a line, and how a line is broken into rows.

use std::rc::Rc;

use trace::columns;

use crate::ui::text::style::{Colour, Flow, Line, Style};

/// Longer rows of prose are hard to read, however wide the screen is.
const LONGEST_PROSE: usize = 90;

/// A character, its colours and its link.
#[derive(Clone, Debug)]
pub struct Cell {
    pub code: String,
    pub c: char,
    pub width: usize,
    pub link: Option<Rc<str>>,
}

impl Cell {
    fn new(code: &str, c: char, width: usize) -> Cell {
        Cell { code: code.to_owned(), c, width, link: None }
    }

    /// A no-break space only keeps words in one row; it is printed as a blank.
    pub fn without_glue(&self) -> Cell {
        Cell { c: if self.c == '\u{a0}' { ' ' } else { self.c }, ..self.clone() }
    }

    /// Blanks without colour.
    pub fn blanks(count: usize) -> impl Iterator<Item = Cell> {
        std::iter::repeat_n(Cell::new("", ' ', 1), count)
    }
}

/// A part of a line that fits on the screen.
pub struct Part {
    pub cells: Vec<Cell>,
    /// The number of blanks that it begins with because it continues a line.
    pub indent: usize,
    /// Whether the line continues in the next row after a blank that is left out.
    pub has_gap: bool,
}

/// The cells of `line`. `rendered` holds the colours of rustc's output in force at the start
/// of the line, and is updated to those at its end.
pub fn cells(line: &Line, colour: Colour, rendered: &mut Vec<String>) -> Vec<Cell> {
    let mut cells = Vec::new();
    for span in line.spans() {
        let start = cells.len();
        if span.style == Style::Rendered {
            push_rendered(&mut cells, &span.text, colour, rendered);
        } else {
            let code = if colour == Colour::On { span.style.code() } else { "" };
            span.text.chars().for_each(|c| push(&mut cells, code, c));
        }
        if let Some(target) = &span.link {
            let link: Rc<str> = target.as_str().into();
            cells[start..].iter_mut().for_each(|cell| cell.link = Some(Rc::clone(&link)));
        }
    }
    cells
}

/// Output of rustc: only its colours are kept, any other sequence that would act on a terminal is removed.
fn push_rendered(cells: &mut Vec<Cell>, text: &str, colour: Colour, codes: &mut Vec<String>) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\x1b' {
            push(cells, &codes.join(";"), c);
            continue;
        }
        if chars.next_if_eq(&'[').is_none() {
            continue;
        }
        let mut parameters = String::new();
        let end = chars.by_ref().find(|c| {
            let ends = ('@'..='~').contains(c);
            if !ends {
                parameters.push(*c);
            }
            ends
        });
        match (end, parameters.as_str()) {
            (Some('m'), "" | "0") => codes.clear(),
            (Some('m'), other) if colour == Colour::On => codes.push(other.to_owned()),
            _ => {}
        }
    }
}

fn push(cells: &mut Vec<Cell>, code: &str, c: char) {
    match c {
        '\t' => {
            let column: usize = cells.iter().map(|cell| cell.width).sum();
            cells.extend((0..4 - column % 4).map(|_| Cell::new(code, ' ', 1)));
        }
        c if c.is_control() => {}
        c => cells.push(Cell::new(code, c, columns::of(c))),
    }
}

pub fn width(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

/// The rows, at least one, of a line with these cells. None is wider than `width`.
pub fn parts(mut cells: Vec<Cell>, flow: &Flow, width: usize) -> Vec<Part> {
    // Blanks at the end need no row.
    while cells.last().is_some_and(|cell| cell.c == ' ') {
        cells.pop();
    }
    let blanks = cells.iter().take_while(|cell| cell.c == ' ').count();
    let is_drawing = || cells.iter().any(|cell| ('\u{2500}'..='\u{257f}').contains(&cell.c));
    match flow {
        Flow::Prose { hang, most } => {
            let mut parts = wrap(&cells, width.min(LONGEST_PROSE), *hang);
            if parts.len() > *most {
                parts.truncate(*most);
                let last = parts.last_mut().into_iter();
                last.for_each(|last| last.cells = with_ellipsis(std::mem::take(&mut last.cells), width));
            }
            parts
        }
        Flow::Code if is_drawing() => vec![Part { cells: shortened(cells, width), indent: 0, has_gap: false }],
        Flow::Code | Flow::Plain | Flow::Cells { .. } => wrap(&cells, width, blanks),
    }
}

fn wrap(cells: &[Cell], width: usize, hang: usize) -> Vec<Part> {
    let hanging = if hang <= width / 3 { hang } else { 0 };
    let mut parts = Vec::new();
    let mut rest = cells;
    let mut indent = 0;
    loop {
        let mut used = 0;
        let fits = rest.iter().take_while(|cell| {
            used += cell.width;
            used <= width - indent
        });
        let fits = fits.count();
        let part = |cells: &[Cell], has_gap| Part {
            cells: Cell::blanks(indent).chain(cells.iter().cloned()).collect(),
            indent,
            has_gap,
        };
        if fits == rest.len() {
            parts.push(part(rest, false));
            return parts;
        }
        if fits == 0 {
            // The character is wider than the screen.
            rest = &rest[1..];
            continue;
        }
        // Indentation is not a place to break.
        let blanks = rest.iter().take_while(|cell| cell.c == ' ').count();
        let blank = rest[..=fits].iter().rposition(|cell| cell.c == ' ').filter(|at| *at > blanks);
        // A name that is too long is broken between its words.
        let underscore = rest[..fits].iter().rposition(|cell| cell.c == '_').filter(|at| *at > fits / 2);
        let end = blank.or(underscore.map(|at| at + 1)).unwrap_or(fits);
        parts.push(part(&rest[..end], blank.is_some()));
        indent = hanging;
        rest = &rest[end + usize::from(blank.is_some())..];
    }
}

/// `cells` with an ellipsis, in at most `width` cells.
fn with_ellipsis(mut cells: Vec<Cell>, width: usize) -> Vec<Cell> {
    let mut used = 1;
    let keep = cells.iter().take_while(|cell| {
        used += cell.width;
        used <= width
    });
    let keep = keep.count();
    let code = cells.get(keep).map_or_else(String::new, |cell| cell.code.clone());
    cells.truncate(keep);
    if width > 0 {
        cells.push(Cell::new(&code, '…', 1));
    }
    cells
}

pub fn shortened(cells: Vec<Cell>, width: usize) -> Vec<Cell> {
    if self::width(&cells) <= width { cells } else { with_ellipsis(cells, width) }
}
