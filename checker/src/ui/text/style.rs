//! Styled text, printed with or without escape sequences.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Lines of styled spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<Line>);

/// One line of spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<Span>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    style: Style,
    text: String,
}

/// The meaning of a span rather than its look. Colour is never the only sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// Output of rustc, which may include its own colours.
    Rendered,
    Heading,
    Aside,
    Good,
    Bad,
    Warning,
    Name,
    /// About the lock, channel or counter with this number, which its letter and name identify as well.
    Object(usize),
}

/// Blue, brown, green, magenta, cyan and red.
const OBJECTS: [&str; 6] = ["1;38;5;63", "1;38;5;130", "1;38;5;28", "1;38;5;163", "1;38;5;30", "1;38;5;161"];

impl Style {
    /// The parameters of the style's escape sequence. The colours are from the 256 that terminals do not let a theme
    /// change. Each has a contrast of more than 4 with white and with black, so the background need not be known.
    fn code(self) -> &'static str {
        match self {
            Style::Plain | Style::Rendered => "",
            Style::Heading => "1",
            Style::Aside => "2",
            Style::Good => "38;5;28",
            Style::Bad => "1;38;5;161",
            Style::Warning => "38;5;130",
            Style::Name => "38;5;30",
            Style::Object(number) => OBJECTS[number % OBJECTS.len()],
        }
    }
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

    /// Appends a span. Removes characters that would act on the terminal, except from rustc's output.
    pub fn then(mut self, style: Style, text: impl Into<String>) -> Self {
        let text = text.into();
        let text = if style == Style::Rendered { text } else { harmless(&text) };
        self.0.push(Span { style, text });
        self
    }

    /// Drops whatever is beyond `width` cells.
    fn cut(&mut self, width: usize) {
        let mut left = width;
        for span in &mut self.0 {
            let mut kept = String::new();
            for c in span.text.chars() {
                let cells = c.width().unwrap_or(0);
                if cells > left {
                    left = 0;
                    break;
                }
                left -= cells;
                kept.push(c);
            }
            span.text = kept;
        }
    }

    /// The text, if no part of it has a style.
    pub fn as_plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Span { style: Style::Plain, text }] => Some(text),
            _ => None,
        }
    }

    /// The width in cells.
    pub fn width(&self) -> usize {
        self.0.iter().map(|span| span.text.width()).sum()
    }

    /// Padded with blanks to `width` cells.
    pub fn pad(mut self, width: usize) -> Self {
        let used = self.width();
        self.0.push(Span { style: Style::Plain, text: " ".repeat(width.saturating_sub(used)) });
        self
    }
}

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

    /// The text as printed, with escape sequences if `colour` is on.
    pub fn print(&self, colour: Colour) -> String {
        let mut out = String::new();
        for line in &self.0 {
            let mut printed = String::new();
            for span in &line.0 {
                match (colour, span.style.code()) {
                    (Colour::On, "") => printed.push_str(&span.text),
                    (Colour::On, code) => {
                        let _ = write!(printed, "\x1b[{code}m{}\x1b[0m", span.text);
                    }
                    (Colour::Off, _) => printed.push_str(&harmless(&span.text)),
                }
            }
            out.push_str(printed.trim_end());
            out.push('\n');
        }
        out
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    On,
    Off,
}

/// `text` without escape sequences and control characters; tabs stay.
fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\t' => out.push(c),
            '\x1b' => skip_sequence(&mut chars),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn skip_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.next_if(|c| matches!(c, '[' | ']')) {
        // Parameters, up to the final byte.
        Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
        // An OSC command, up to its terminator: BEL, or ESC and a backslash.
        Some(_) => {
            while let Some(c) = chars.next() {
                if c == '\x07' || (c == '\x1b' && chars.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        None => {}
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

    /// The contrast of colour `n` of the 6 × 6 × 6 cube with white and with black, by the formula of WCAG 2.
    fn contrasts(n: u32) -> [f64; 2] {
        let channel = |level: u32| {
            let value = f64::from([0, 95, 135, 175, 215, 255][level as usize]) / 255.0;
            if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055_f64).powf(2.4) }
        };
        let (red, green, blue) = ((n - 16) / 36, (n - 16) / 6 % 6, (n - 16) % 6);
        let luminance = 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
        [1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05]
    }

    /// Would catch: yellow on white, or blue on black.
    #[test]
    fn every_colour_can_be_read_on_light_and_dark_backgrounds() {
        let objects = (0..OBJECTS.len()).map(Style::Object);
        for style in [Style::Good, Style::Bad, Style::Warning, Style::Name].into_iter().chain(objects) {
            let colour = style.code().rsplit(';').next().unwrap().parse().unwrap();
            assert!(contrasts(colour).iter().all(|contrast| *contrast > 4.0), "{style:?}: {:?}", contrasts(colour));
        }
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
