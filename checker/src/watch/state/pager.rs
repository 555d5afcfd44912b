//! A text that is longer than its place on the screen: the scroll position and the search.

use crate::ui::text::style::{Colour, Text};
use crate::ui::view::rows::{self, Row};

/// A text, laid out for one width, and the part of it that is shown.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    rows: Vec<Row>,
    top: usize,
    height: usize,
    search: Option<Search>,
}

#[derive(Clone, Debug)]
struct Search {
    words: String,
    /// The rows in which a match begins.
    places: Vec<usize>,
    /// The index of the selected match.
    at: usize,
}

/// Which match to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    Next,
    Previous,
}

impl Pager {
    /// Takes over a new text or size. The words at the top stay at the top.
    pub fn update(&mut self, text: &Text, colour: Colour, (width, height): (usize, usize)) {
        let place = self.place();
        self.rows = rows::rows(text, colour, width);
        self.height = height;
        if self.top > 0 {
            self.go_to_place(place);
        }
        if let Some(search) = &mut self.search {
            search.places = places(&self.rows, &search.words);
            search.at = search.at.min(search.places.len().saturating_sub(1));
        }
    }

    /// The visible rows.
    pub fn visible(&self) -> impl Iterator<Item = Row> {
        let words = self.search.as_ref().map_or("", |search| &search.words);
        self.rows[self.top.min(self.rows.len())..].iter().take(self.height).map(move |row| row.clone().marked(words))
    }

    /// The first and last visible row, counted from 1, and the number of rows; `None` if all are visible.
    pub fn part(&self) -> Option<(usize, usize, usize)> {
        let end = (self.top + self.height).min(self.rows.len());
        (self.rows.len() > self.height).then_some((self.top + 1, end, self.rows.len()))
    }

    /// What was searched for, the number of the selected match, counted from 1, and the number of matches.
    pub fn found(&self) -> Option<(&str, usize, usize)> {
        let search = self.search.as_ref()?;
        let at = if search.places.is_empty() { 0 } else { search.at + 1 };
        Some((&search.words, at, search.places.len()))
    }

    pub fn scroll(&mut self, rows: isize) {
        self.to(self.top.saturating_add_signed(rows));
    }

    /// The number of rows to scroll for a page. One row stays visible for orientation.
    pub fn page(&self) -> isize {
        isize::try_from(self.height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    pub fn to(&mut self, row: usize) {
        self.top = row.min(self.rows.len().saturating_sub(self.height));
    }

    /// Scrolls to the row in which `line` of the text begins.
    pub fn go_to_line(&mut self, line: usize) {
        self.to(self.rows.iter().position(|row| row.line >= line).unwrap_or(usize::MAX));
    }

    /// The line at the top, and how much of it is above: the top may be in the middle of a line of several rows.
    fn place(&self) -> (usize, usize) {
        let line = self.rows.get(self.top).map_or(0, |row| row.line);
        let above = self.rows.iter().take(self.top).filter(|row| row.line == line);
        (line, above.map(|row| row.part().len()).sum())
    }

    fn go_to_place(&mut self, (line, above): (usize, usize)) {
        let first = self.rows.iter().position(|row| row.line >= line).unwrap_or(usize::MAX);
        let mut length = 0;
        let rest = self.rows.iter().skip(first).take_while(|row| {
            length += row.part().len();
            row.line == line && length <= above
        });
        self.to(if above == 0 { first } else { first.saturating_add(rest.count()) });
    }

    /// Goes to the first match at or after the top.
    pub fn search(&mut self, words: String) {
        let places = places(&self.rows, &words);
        let at = places.iter().position(|row| *row >= self.top).unwrap_or(0);
        self.search = Some(Search { words, places, at });
        self.go_to_match();
    }

    /// Ends the search. Returns whether there was one.
    pub fn end_search(&mut self) -> bool {
        self.search.take().is_some()
    }

    /// Goes to another match. After the last one comes the first.
    pub fn go_to(&mut self, which: Match) {
        if let Some(Search { places, at, .. }) = &mut self.search
            && !places.is_empty()
        {
            let steps = match which {
                Match::Next => 1,
                Match::Previous => places.len() - 1,
            };
            *at = (*at + steps) % places.len();
        }
        self.go_to_match();
    }

    fn go_to_match(&mut self) {
        let Some(row) = self.search.as_ref().and_then(|search| search.places.get(search.at).copied()) else { return };
        if row < self.top || row >= self.top + self.height {
            // Rows above the match stay visible, for context.
            self.to(row.saturating_sub(self.height / 3));
        }
    }
}

/// The rows in which a match of `words` begins. A match may span several rows.
fn places(rows: &[Row], words: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        let length = rows[start..].iter().take_while(|row| row.line == rows[start].line).count();
        let parts: Vec<String> = rows[start..start + length].iter().map(Row::part).collect();
        for found in rows::find(&parts.concat(), words) {
            let mut end = 0;
            let row = parts.iter().position(|part| {
                end += part.len();
                found.start < end
            });
            let row = start + row.unwrap_or(0);
            if places.last() != Some(&row) {
                places.push(row);
            }
        }
        start += length;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Line;

    fn text(lines: usize) -> Text {
        let mut text = Text::new();
        (0..lines).for_each(|n| text.push(Line::plain(format!("line {n} with some words"))));
        text
    }

    fn seen(pager: &Pager) -> Vec<String> {
        pager.visible().map(|row| row.plain()).collect()
    }

    #[test]
    fn scrolling_stops_at_both_ends_of_the_text() {
        let mut pager = Pager::default();
        pager.update(&text(10), Colour::Off, (80, 4));
        pager.scroll(-3);
        assert_eq!(pager.part(), Some((1, 4, 10)));
        pager.scroll(100);
        assert_eq!(pager.part(), Some((7, 10, 10)));
        pager.scroll(-pager.page());
        assert_eq!(pager.part(), Some((4, 7, 10)));
        pager.update(&text(2), Colour::Off, (80, 4));
        assert_eq!((pager.part(), seen(&pager).len()), (None, 2));
    }

    #[test]
    fn the_line_at_the_top_stays_there_when_the_width_changes() {
        let mut pager = Pager::default();
        pager.update(&text(30), Colour::Off, (80, 4));
        pager.go_to_line(12);
        for width in [7, 3, 40, 12, 80] {
            pager.update(&text(30), Colour::Off, (width, 4));
            assert_eq!(pager.visible().next().unwrap().line, 12, "{width}");
        }
    }

    /// Would catch: a text that jumps back to the first row of the paragraph at its top, so that its end is never seen.
    #[test]
    fn every_row_of_a_long_paragraph_can_be_at_the_top() {
        let mut long = Text::new();
        long.push(Line::plain("many words in one paragraph ".repeat(9)));
        long.push(Line::plain("the end"));
        let mut pager = Pager::default();
        let update = |pager: &mut Pager, width| pager.update(&long, Colour::Off, (width, 4));
        update(&mut pager, 20);
        for top in 2..=5 {
            pager.scroll(1);
            update(&mut pager, 20);
            assert_eq!(pager.part().map(|part| part.0), Some(top));
        }
        let mut blank = Text::new();
        (0..9).for_each(|_| blank.blank());
        pager.update(&blank, Colour::Off, (20, 4));
        pager.to(1);
        pager.update(&blank, Colour::Off, (20, 4));
        assert_eq!(pager.part().map(|part| part.0), Some(2), "empty lines count, too");
        update(&mut pager, 20);
        pager.to(3);
        let words = seen(&pager)[0][..5].to_owned();
        update(&mut pager, 30);
        assert!(seen(&pager)[0].contains(&words), "{words}: {:?}", seen(&pager));
        pager.to(usize::MAX);
        update(&mut pager, 30);
        assert_eq!(seen(&pager).last().map(String::as_str), Some("the end"));
    }

    #[test]
    fn a_search_wraps_around_and_finds_words_across_rows() {
        let mut pager = Pager::default();
        pager.update(&text(30), Colour::Off, (10, 4));
        pager.search("2 WITH".to_owned());
        assert_eq!(pager.found(), Some(("2 WITH", 0, 0)), "capital letters count if there are some");
        pager.search("2 with".to_owned());
        assert_eq!(pager.found(), Some(("2 with", 1, 3)), "2, 12, 22");
        pager.go_to(Match::Next);
        assert!(seen(&pager).iter().any(|row| row.contains("line 12")), "{:?}", seen(&pager));
        pager.go_to(Match::Next);
        pager.go_to(Match::Next);
        assert_eq!(pager.found(), Some(("2 with", 1, 3)));
        pager.go_to(Match::Previous);
        assert_eq!(pager.found(), Some(("2 with", 3, 3)));
        // The text gets shorter during a search.
        pager.update(&text(3), Colour::Off, (10, 4));
        assert_eq!(pager.found(), Some(("2 with", 1, 1)));
        pager.update(&Text::new(), Colour::Off, (10, 4));
        pager.go_to(Match::Previous);
        assert_eq!(pager.found(), Some(("2 with", 0, 0)));
        assert!(pager.end_search() && !pager.end_search());
    }
}
