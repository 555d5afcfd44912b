//! A piece of text with one style.

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub style: Style,
    pub text: String,
    /// What it links to.
    pub link: Option<String>,
}

/// The meaning of a span rather than its look. Colour is never the only sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// Output of rustc, which may include its own colours.
    Rendered,
    /// The heading of a page.
    Title,
    Heading,
    Aside,
    Strong,
    Emphasis,
    /// Code in prose.
    Code,
    Link,
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
    pub fn code(self) -> &'static str {
        match self {
            Style::Plain | Style::Rendered => "",
            Style::Title => "1;4",
            Style::Heading | Style::Strong => "1",
            Style::Aside => "2",
            Style::Emphasis => "3",
            Style::Link => "4",
            Style::Good => "38;5;28",
            Style::Bad => "1;38;5;161",
            Style::Warning => "38;5;130",
            Style::Name | Style::Code => "38;5;30",
            Style::Object(number) => OBJECTS[number % OBJECTS.len()],
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    On,
    Off,
}

/// `text` without escape sequences and control characters; tabs stay.
pub fn harmless(text: &str) -> String {
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
}
