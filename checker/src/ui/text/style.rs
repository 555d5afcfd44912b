//! Styled text, printed with or without escape sequences.

pub use super::line::{Flow, Line, Rank};
pub use super::span::{Colour, Style};

/// Lines of styled spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<Line>);

impl Text {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, line: Line) {
        self.0.push(line);
    }

    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.0.iter()
    }

    pub fn line_count(&self) -> usize {
        self.0.len()
    }

    pub fn blank(&mut self) {
        self.0.push(Line::new());
    }

    pub fn append(&mut self, mut other: Text) {
        self.0.append(&mut other.0);
    }

    /// Each line of `text` in `style`.
    pub fn push_lines(&mut self, style: Style, text: &str) {
        for line in text.lines() {
            self.push(Line::styled(style, line));
        }
    }

    /// The number of lines.
    pub fn height(&self) -> usize {
        self.0.len()
    }

    /// The part that fits on a screen of `height` lines of `width` cells.
    pub fn cut(mut self, width: usize, height: usize) -> Text {
        self.0.truncate(height);
        self.0.iter_mut().for_each(|line| line.cut(width));
        self
    }

    /// The lines as printed, each as it is, with escape sequences if `colour` is on.
    pub fn print(&self, colour: Colour) -> String {
        self.0.iter().map(|line| line.print(colour) + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_there_is_no_escape_sequence_even_from_rustc() {
        let mut text = Text::new();
        text.push(Line::styled(Style::Bad, "deadlock").then(Style::Plain, " of ").then(Style::Name, "abba"));
        text.push(Line::styled(Style::Rendered, "\x1b[1m\x1b[38;5;9merror\x1b[0m: moved"));
        assert_eq!(text.print(Colour::Off), "deadlock of abba\nerror: moved\n");
        let coloured = text.print(Colour::On);
        assert_eq!(
            coloured,
            "\x1b[1;38;5;161mdeadlock\x1b[0m of \x1b[38;5;30mabba\x1b[0m\n\x1b[1m\x1b[38;5;9merror\x1b[0m: moved\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let mut text = Text::new();
        text.push(Line::plain("ab漢").then(Style::Bad, "字cd"));
        text.push(Line::plain("second"));
        text.push(Line::plain("third"));
        assert_eq!(text.cut(5, 2).print(Colour::Off), "ab漢\nsecon\n");
    }

    #[test]
    fn output_of_the_learners_code_cannot_control_the_terminal() {
        for (printed, shown) in [
            ("a\x1b[2Jb", "ab"),
            ("a\x1b]0;title\x07b", "ab"),
            ("a\x1b]8;;http://x\x1b\\b", "ab"),
            ("a\x1b", "a"),
            ("a\x1b[", "a"),
            ("a\x07\x08\r\u{9b}b\tc", "ab\tc"),
        ] {
            let line = Line::plain(printed);
            assert_eq!(line, Line::plain(shown), "{printed:?}");
        }
    }

    #[test]
    fn wide_characters_are_padded_by_cells() {
        let mut text = Text::new();
        text.push(Line::plain("日本").pad(6).then(Style::Plain, "|"));
        text.push(Line::plain("abc").pad(6).then(Style::Plain, "|"));
        assert_eq!(text.print(Colour::Off), "日本  |\nabc   |\n");
    }
}
