//! Rows of a screen: styled text, wrapped to a width in cells, in which matches can be highlighted.
//!
//! Rows are made of printed text, the form that the checker's styles and rustc's colours have in common. Only colours
//! are kept; any other sequence that would act on a terminal is removed.

use unicode_width::UnicodeWidthChar as _;

use crate::ui::text::style::{Colour, Line, Text};

/// One row, at most as wide as the screen it was made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pieces: Vec<Piece>,
    /// The line that it is part of.
    pub line: usize,
    /// The number of blanks before the continuation of a line.
    indent: usize,
    /// Whether the line continues in the next row after a blank that is left out.
    has_gap: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Piece {
    /// The parameters of its colours, such as `1;31`. Empty for none.
    code: String,
    text: String,
    link: Option<String>,
}

/// Wraps `text` into rows of at most `width` cells, between words if possible.
pub fn rows(text: &Text, colour: Colour, width: usize) -> Vec<Row> {
    let printed = text.print(colour);
    let mut rows = Vec::new();
    let mut code = Vec::new();
    for (number, line) in printed.lines().enumerate() {
        let cells = cells(line, &mut code);
        wrap(&cells, width.max(1), |cells, indent, has_gap| {
            let blanks = std::iter::repeat_n(Cell { code: String::new(), c: ' ', width: 1 }, indent);
            let cells: Vec<Cell> = blanks.chain(cells.iter().cloned()).collect();
            rows.push(Row { indent, has_gap, ..row(&cells, number) });
        });
    }
    rows
}

/// `line` as one row of at most `width` cells, shortened with an ellipsis if necessary.
pub fn single(line: Line, colour: Colour, width: usize) -> Row {
    let mut text = Text::new();
    text.push(line);
    let printed = text.print(colour);
    let cells = cells(printed.trim_end_matches('\n'), &mut Vec::new());
    row(&shortened(cells, width), 0)
}

/// `left` and `right` at the two ends of a row, without `right` if there is not enough room.
pub fn sides(left: Row, right: Row, width: usize) -> Row {
    let (used, wanted) = (left.width(), right.width());
    if wanted == 0 || used + 2 + wanted > width {
        return left;
    }
    let mut row = left;
    row.pieces.push(Piece { text: " ".repeat(width - used - wanted), ..Piece::default() });
    row.pieces.extend(right.pieces);
    row
}

impl Row {
    /// The width in cells.
    pub fn width(&self) -> usize {
        self.pieces.iter().flat_map(|piece| piece.text.chars()).map(cell_width).sum()
    }

    /// The text without colours.
    pub fn plain(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// The part of the line that this row shows. The parts of all rows together are the line.
    pub fn part(&self) -> String {
        let gap = if self.has_gap { " " } else { "" };
        self.plain()[self.indent..].to_owned() + gap
    }

    /// Highlights `words`. Case matters only if `words` has capital letters.
    #[must_use]
    pub fn marked(self, words: &str) -> Row {
        let places = find(&self.plain(), words);
        self.restyled(&places, |piece| {
            piece.code = if piece.code.is_empty() { "7".to_owned() } else { format!("{};7", piece.code) };
        })
    }

    /// Turns every file name below `exercises/` into a link to the file.
    #[must_use]
    pub fn linked(self, root: &str) -> Row {
        let plain = self.plain();
        let mut places = Vec::new();
        for (at, _) in plain.match_indices("exercises/") {
            let length = plain[at..].find(".rs").map(|end| end + 3);
            let path = length.map(|length| &plain[at..at + length]).filter(|path| !path.contains([' ', '`', '"']));
            if let Some(path) = path {
                places.push(at..at + path.len());
            }
        }
        let Some(first) = places.first().cloned() else { return self };
        let uri = format!("file://{root}/{}", &plain[first.clone()]);
        self.restyled(&[first], |piece| piece.link = Some(uri.clone()))
    }

    /// Inverted, and padded to `width`.
    #[must_use]
    pub fn inverse(mut self, width: usize) -> Row {
        let missing = width.saturating_sub(self.width());
        self.pieces.push(Piece { text: " ".repeat(missing), ..Piece::default() });
        for piece in &mut self.pieces {
            piece.code = "7".to_owned();
        }
        self
    }

    /// The row with escape sequences, as it is sent to a terminal.
    pub fn paint(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            if let Some(uri) = &piece.link {
                out.push_str(&format!("\x1b]8;;{uri}\x1b\\"));
            }
            if piece.code.is_empty() {
                out.push_str(&piece.text);
            } else {
                out.push_str(&format!("\x1b[{}m{}\x1b[0m", piece.code, piece.text));
            }
            if piece.link.is_some() {
                out.push_str("\x1b]8;;\x1b\\");
            }
        }
        out
    }

    /// Splits the pieces at the ends of `places`, given as byte ranges of the plain text, and applies `change` inside
    /// them.
    fn restyled(self, places: &[std::ops::Range<usize>], change: impl Fn(&mut Piece)) -> Row {
        if places.is_empty() {
            return self;
        }
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        for piece in &self.pieces {
            let mut start = 0;
            for (offset, _) in piece.text.char_indices().skip(1).chain([(piece.text.len(), ' ')]) {
                let is_edge = places.iter().any(|place| place.start == at + offset || place.end == at + offset);
                if !is_edge && offset < piece.text.len() {
                    continue;
                }
                let mut part = Piece { text: piece.text[start..offset].to_owned(), ..piece.clone() };
                if places.iter().any(|place| place.contains(&(at + start))) {
                    change(&mut part);
                }
                pieces.push(part);
                start = offset;
            }
            at += piece.text.len();
        }
        Row { pieces, ..self }
    }
}

/// The byte ranges of `words` in `text`. Case matters only if `words` has capital letters.
pub fn find(text: &str, words: &str) -> Vec<std::ops::Range<usize>> {
    if words.is_empty() {
        return Vec::new();
    }
    let exact = words.chars().any(char::is_uppercase);
    let same = |a: char, b: char| a == b || !exact && a.to_lowercase().eq(b.to_lowercase());
    let mut places: Vec<std::ops::Range<usize>> = Vec::new();
    for (start, _) in text.char_indices() {
        let mut rest = text[start..].chars();
        let matches = words.chars().all(|wanted| rest.next().is_some_and(|found| same(found, wanted)));
        if matches && places.last().is_none_or(|last| last.end <= start) {
            places.push(start..text.len() - rest.as_str().len());
        }
    }
    places
}

/// A character and its colours.
#[derive(Clone)]
struct Cell {
    code: String,
    c: char,
    width: usize,
}

/// The cells of a printed line. `code` holds the colours in force at the start of the line, and is updated to those at
/// its end.
fn cells(line: &str, code: &mut Vec<String>) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut column = 0;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' => {
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
                    (Some('m'), "" | "0") => code.clear(),
                    (Some('m'), other) => code.push(other.to_owned()),
                    _ => {}
                }
            }
            '\t' => {
                let blanks = 4 - column % 4;
                column += blanks;
                cells.extend(std::iter::repeat_n(Cell { code: code.join(";"), c: ' ', width: 1 }, blanks));
            }
            c if c.is_control() => {}
            c => {
                let width = cell_width(c);
                column += width;
                cells.push(Cell { code: code.join(";"), c, width });
            }
        }
    }
    cells
}

fn cell_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Passes on the rows, at least one, each with its indentation and whether a blank follows it.
fn wrap(cells: &[Cell], width: usize, mut pass_on: impl FnMut(&[Cell], usize, bool)) {
    let hanging = cells.iter().take_while(|cell| cell.c == ' ').count();
    let hanging = if hanging <= width / 3 { hanging } else { 0 };
    let mut rest = cells;
    let mut indent = 0;
    loop {
        let mut used = 0;
        let fits = rest.iter().take_while(|cell| {
            used += cell.width;
            used <= width - indent
        });
        let fits = fits.count();
        if fits == rest.len() {
            return pass_on(rest, indent, false);
        }
        if fits == 0 {
            // The character is wider than the screen.
            rest = &rest[1..];
            continue;
        }
        // Break only at a blank in the second half: indentation is not a place to break.
        let blank = rest[..=fits].iter().rposition(|cell| cell.c == ' ').filter(|at| *at > fits / 2);
        pass_on(&rest[..blank.unwrap_or(fits)], indent, blank.is_some());
        indent = hanging;
        rest = &rest[blank.map_or(fits, |at| at + 1)..];
    }
}

fn shortened(mut cells: Vec<Cell>, width: usize) -> Vec<Cell> {
    let total: usize = cells.iter().map(|cell| cell.width).sum();
    if total <= width {
        return cells;
    }
    let mut used = 1;
    let keep = cells.iter().take_while(|cell| {
        used += cell.width;
        used <= width
    });
    let keep = keep.count();
    let code = cells.get(keep).map_or_else(String::new, |cell| cell.code.clone());
    cells.truncate(keep);
    if width > 0 {
        cells.push(Cell { code, c: '…', width: 1 });
    }
    cells
}

fn row(cells: &[Cell], line: usize) -> Row {
    let mut pieces: Vec<Piece> = Vec::new();
    for cell in cells {
        match pieces.last_mut() {
            Some(piece) if piece.code == cell.code => piece.text.push(cell.c),
            _ => pieces.push(Piece { code: cell.code.clone(), text: cell.c.to_string(), link: None }),
        }
    }
    Row { pieces, line, ..Row::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Style;

    fn text(lines: &[&str]) -> Text {
        let mut text = Text::new();
        lines.iter().for_each(|line| text.push(Line::styled(Style::Rendered, *line)));
        text
    }

    fn wrapped(line: &str, width: usize) -> Vec<String> {
        rows(&text(&[line]), Colour::On, width).iter().map(Row::plain).collect()
    }

    #[test]
    fn lines_are_broken_between_words_if_possible() {
        assert_eq!(wrapped("each holds the lock", 10), ["each holds", "the lock"]);
        assert_eq!(wrapped("  each holds the lock", 10), ["  each", "  holds", "  the lock"]);
        assert_eq!(wrapped("aaaaaaaaaaaa", 5), ["aaaaa", "aaaaa", "aa"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("日本語です", 5), ["日本", "語で", "す"]);
        assert_eq!(wrapped("日", 1), [""], "what fits nowhere is left out");
        assert_eq!(wrapped("a\tb", 8), ["a   b"]);
    }

    #[test]
    fn colours_continue_in_the_next_row_and_other_sequences_are_removed() {
        let rows = rows(&text(&["\x1b[1m\x1b[31mred red\x1b[0m \x1b[2J\x1b]0;x\x07plain"]), Colour::On, 5);
        let painted: Vec<String> = rows.iter().map(Row::paint).collect();
        assert_eq!(painted[0], "\x1b[1;31mred\x1b[0m");
        assert_eq!(painted[1], "\x1b[1;31mred\x1b[0m");
        assert!(painted.concat().ends_with("plain") && !painted.concat().contains("\x1b[2J"), "{painted:?}");
    }

    #[test]
    fn a_single_row_is_shortened_by_cells() {
        let shown = |words: &str, width| single(Line::plain(words), Colour::Off, width).plain();
        assert_eq!(shown("deadlock", 8), "deadlock");
        assert_eq!(shown("deadlock", 5), "dead…");
        assert_eq!(shown("日本語", 5), "日本…");
        assert_eq!(shown("日本語", 4), "日…");
        assert_eq!(shown("x", 0), "");
    }

    #[test]
    fn matches_are_highlighted_and_paths_are_links() {
        let row = single(Line::plain("Who Locks `a` locks"), Colour::Off, 80);
        assert_eq!(row.clone().marked("lock").paint(), "Who \x1b[7mLock\x1b[0ms `a` \x1b[7mlock\x1b[0ms");
        assert_eq!(row.marked("Lock").paint(), "Who \x1b[7mLock\x1b[0ms `a` locks");
        assert_eq!(find("ÄÖ ä日本ö", "ä日"), vec![5..10]);
        let row = single(Line::plain("--> exercises/x/src/lib.rs:3:4"), Colour::Off, 80).linked("/c");
        assert_eq!(
            row.paint(),
            "--> \x1b]8;;file:///c/exercises/x/src/lib.rs\x1b\\exercises/x/src/lib.rs\x1b]8;;\x1b\\:3:4"
        );
    }

    #[test]
    fn the_right_side_is_dropped_if_there_is_too_little_room() {
        let row = |words: &str| single(Line::plain(words), Colour::Off, 80);
        assert_eq!(sides(row("left"), row("right"), 12).plain(), "left   right");
        assert_eq!(sides(row("left"), row("right"), 10).plain(), "left");
    }
}
