//! Rows of a screen: styled text, wrapped to a width in cells, in which matches can be highlighted.
//!
//! Prose is at most as wide as one likes to read, and the columns of a table share the width of the screen.

mod cells;
mod table;

use std::rc::Rc;

use trace::columns;

use self::cells::{Cell, Part};
use crate::ui::text::style::{Colour, Flow, Line, Rank, Text};

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
    link: Option<Rc<str>>,
}

/// Wraps `text` into rows of at most `width` cells, between words if possible.
pub fn rows(text: &Text, colour: Colour, width: usize) -> Vec<Row> {
    let lines: Vec<&Line> = text.lines().collect();
    let mut rows = Vec::new();
    let mut rendered = Vec::new();
    let is_of_a_table = |line: &Line| matches!(line.flow(), Flow::Cells { .. });
    let begins = |line: &Line| matches!(line.flow(), Flow::Cells { rank: Rank::Head, .. });
    for block in lines.chunk_by(|a, b| is_of_a_table(a) && is_of_a_table(b) && !begins(b)) {
        let parts: Vec<Vec<Part>> = if is_of_a_table(block[0]) {
            table::lay_out(block, colour, width.max(1))
        } else {
            let line =
                |line: &&Line| cells::parts(cells::cells(line, colour, &mut rendered), line.flow(), width.max(1));
            block.iter().map(line).collect()
        };
        for parts in parts {
            let line = rows.last().map_or(0, |row: &Row| row.line + 1);
            rows.extend(parts.into_iter().map(|part| Row { line, ..row(part) }));
        }
    }
    rows
}

/// `text` as printed without a screen of our own: prose and tables at most `width` cells wide, other lines as they are.
pub fn printed(text: &Text, colour: Colour, width: usize) -> String {
    let mut out = String::new();
    let lines: Vec<&Line> = text.lines().collect();
    let stays = |line: &Line| matches!(line.flow(), Flow::Plain | Flow::Code);
    for block in lines.chunk_by(|a, b| stays(a) == stays(b)) {
        let mut part = Text::new();
        block.iter().for_each(|line| part.push((*line).clone()));
        if stays(block[0]) {
            out.push_str(&part.print(colour));
        } else {
            rows(&part, colour, width).iter().for_each(|row| out.push_str(&(row.paint() + "\n")));
        }
    }
    out
}

/// `line` as one row of at most `width` cells, shortened with an ellipsis if necessary.
pub fn single(line: Line, colour: Colour, width: usize) -> Row {
    let cells = cells::shortened(cells::cells(&line, colour, &mut Vec::new()), width);
    row(Part { cells, indent: 0, has_gap: false })
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
        self.pieces.iter().map(|piece| columns::width(&piece.text)).sum()
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
        let uri: Rc<str> = format!("file://{root}/{}", &plain[first.clone()]).into();
        self.restyled(&[first], |piece| piece.link = Some(Rc::clone(&uri)))
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

fn row(part: Part) -> Row {
    let mut pieces: Vec<Piece> = Vec::new();
    for Cell { code, c, link, .. } in part.cells {
        match pieces.last_mut() {
            Some(piece) if piece.code == code && piece.link == link => piece.text.push(c),
            _ => pieces.push(Piece { code, text: c.to_string(), link }),
        }
    }
    Row { pieces, line: 0, indent: part.indent, has_gap: part.has_gap }
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
        assert_eq!(wrapped("a, cancellation", 12), ["a,", "cancellation"], "a word that fits is not broken");
        assert_eq!(wrapped("the_name_of_a_test", 12), ["the_name_of_", "a_test"]);
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
