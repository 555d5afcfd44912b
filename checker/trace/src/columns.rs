//! Columns on a screen, and columns as the compiler counts them.

use unicode_width::UnicodeWidthChar as _;

/// The number of columns that `c` takes on a screen: two for a Chinese character, none for an accent.
pub fn of(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The number of columns that `text` takes on a screen.
pub fn width(text: &str) -> usize {
    text.chars().map(of).sum()
}

/// The part of `text` that fits into `width` columns.
pub fn cut(text: &str, width: usize) -> &str {
    before(text, width, of)
}

/// The part of a source line before `column`, counted from 0 as in [`Location::column`](std::panic::Location::column):
/// the compiler counts columns of a screen on which a tab takes four.
pub fn before_column(line: &str, column: usize) -> &str {
    before(line, column, |c| if c == '\t' { 4 } else { c.width().unwrap_or(1) })
}

fn before(text: &str, width: usize, columns: impl Fn(char) -> usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += columns(*c);
        used > width
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice_and_accents_not_at_all() {
        assert_eq!((width("日本"), width("e\u{301}"), width("ab")), (4, 1, 2));
        assert_eq!((cut("日本語", 5), cut("ab", 5), cut("", 0)), ("日本", "ab", ""));
    }

    /// The compiler decides how a column is counted, so it is asked.
    #[test]
    #[rustfmt::skip]
    fn a_column_is_found_as_the_compiler_counts_it() {
        #[track_caller]
        fn column() -> usize {
            std::panic::Location::caller().column() as usize - 1
        }
		let (_tabs, tabs) = ((), column());
        let (_wide, wide) = ("日本", column());
        let (_accent, accent) = ("e\u{301} é", column());
        let source = include_str!("columns.rs");
        for (name, column) in [("_tabs", tabs), ("_wide", wide), ("_accent", accent)] {
            let line = source.lines().find(|line| line.trim_start().starts_with(&format!("let ({name}"))).unwrap();
            let rest = &line[before_column(line, column).len()..];
            assert!(rest.starts_with("column()"), "{name}: {rest}");
        }
    }
}
