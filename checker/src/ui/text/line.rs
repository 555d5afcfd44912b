//! A line of styled spans, and how it continues if it is longer than the screen.

use std::fmt::Write as _;

use trace::columns;

use super::span::{Colour, Span, Style, harmless};

/// One line of spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    spans: Vec<Span>,
    flow: Flow,
}

/// How a line is shown that is longer than the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// It continues on the next row. Without a screen of the checker's own, the terminal breaks it.
    #[default]
    Plain,
    /// It is broken between words into rows that are not too long to read, the second and later ones after `hang`
    /// blanks. Beyond `most` rows it ends with an ellipsis.
    Prose { hang: usize, most: usize },
    /// A line of code. It continues on the next row, but a drawing is shortened.
    Code,
    /// A row of a table. The widths of the columns depend on its neighbours and on the screen.
    Cells { cells: Vec<Line>, rank: Rank },
}

/// The place of a row in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// It begins a table, and names the columns.
    Head,
    Body,
}

impl Line {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn plain(text: impl Into<String>) -> Self {
        Self::new().then(Style::Plain, text)
    }

    pub fn styled(style: Style, text: impl Into<String>) -> Self {
        Self::new().then(style, text)
    }

    /// A row of a table.
    pub fn cells(rank: Rank, cells: Vec<Line>) -> Self {
        Self { spans: Vec::new(), flow: Flow::Cells { cells, rank } }
    }

    /// Appends a span. Removes characters that would act on the terminal, except from rustc's output.
    pub fn then(mut self, style: Style, text: impl Into<String>) -> Self {
        let text = text.into();
        let text = if style == Style::Rendered { text } else { harmless(&text) };
        self.spans.push(Span { style, text, link: None });
        self
    }

    /// Appends a span that links to `target`.
    pub fn linked(self, style: Style, text: impl Into<String>, target: &str) -> Self {
        let mut line = self.then(style, text);
        line.spans.last_mut().into_iter().for_each(|span| span.link = Some(harmless(target)));
        line
    }

    pub fn with_flow(self, flow: Flow) -> Self {
        Self { flow, ..self }
    }

    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter()
    }

    pub fn is_empty(&self) -> bool {
        !matches!(self.flow, Flow::Cells { .. }) && self.spans.iter().all(|span| span.text.is_empty())
    }

    /// Drops whatever is beyond `width` cells.
    pub fn cut(&mut self, width: usize) {
        let mut left = width;
        for span in &mut self.spans {
            let kept = columns::cut(&span.text, left);
            left = if kept.len() < span.text.len() { 0 } else { left - columns::width(kept) };
            span.text = kept.to_owned();
        }
    }

    /// The width in cells.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| columns::width(&span.text)).sum()
    }

    /// Padded with blanks to `width` cells.
    pub fn pad(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        self.then(Style::Plain, " ".repeat(missing))
    }

    /// The line as printed, with escape sequences if `colour` is on.
    pub fn print(&self, colour: Colour) -> String {
        if let Flow::Cells { cells, .. } = self.flow() {
            let cells: Vec<String> = cells.iter().map(|cell| cell.print(colour)).collect();
            return cells.join("  ").trim_end().to_owned();
        }
        let mut printed = String::new();
        for span in self.spans() {
            match (colour, span.style.code()) {
                (Colour::On, "") => printed.push_str(&span.text),
                (Colour::On, code) => {
                    let _ = write!(printed, "\x1b[{code}m{}\x1b[0m", span.text);
                }
                (Colour::Off, _) => printed.push_str(&harmless(&span.text)),
            }
        }
        printed.trim_end().to_owned()
    }
}
