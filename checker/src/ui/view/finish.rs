//! What is shown when a chapter, or the whole course, is solved.

use crate::ui::text::style::{Line, Style, Text};

/// A chapter with all of its exercises solved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SolvedChapter {
    /// The name of its folder: `02_mutex`.
    pub name: String,
    pub exercises: usize,
    /// How many levels of hints were shown.
    pub hints: u64,
    /// How many solutions were shown before their exercise was solved.
    pub peeked: usize,
    /// What it was about, in the order of the exercises.
    pub concepts: Vec<String>,
}

/// What to read after the course: a title, why, and where.
const NEXT: [[&str; 3]; 4] = [
    ["Rust Atomics and Locks", "how the locks of this course are built", "https://marabos.nl/atomics/"],
    ["tokio's tutorial and topics", "bridging with sync code, graceful shutdown", "https://tokio.rs/tokio/topics"],
    ["loom and shuttle", "explore your own code under many interleavings", "https://docs.rs/loom"],
    ["The Deadlock Empire", "play the scheduler in C#", "https://deadlockempire.github.io"],
];

/// One line about a chapter that is complete.
pub fn chapter(solved: &SolvedChapter) -> Line {
    let words = format!("✓ the chapter {} is complete: {}", solved.name, counts(solved));
    Line::styled(Style::Good, words)
}

/// The page at the end of the course.
pub fn course(chapters: &[SolvedChapter]) -> Text {
    let sum = chapters.iter().fold(SolvedChapter::default(), |mut sum, chapter| {
        sum.exercises += chapter.exercises;
        sum.hints += chapter.hints;
        sum.peeked += chapter.peeked;
        sum
    });
    let mut text = Text::new();
    text.push(Line::styled(Style::Good, format!("✓ you have solved the whole course: {}", counts(&sum))));
    text.blank();
    text.push(Line::styled(Style::Heading, "What you have learned"));
    for chapter in chapters {
        let about = chapter.concepts.join(", ");
        text.push(Line::plain("  ").then(Style::Name, &chapter.name).pad(25).then(Style::Plain, about));
    }
    text.blank();
    text.push(Line::styled(Style::Heading, "What to read next"));
    for [title, why, link] in NEXT {
        text.push(Line::plain("  ").then(Style::Name, title).then(Style::Plain, format!(": {why}")));
        text.push(Line::styled(Style::Aside, format!("    {link}")));
    }
    text.blank();
    text
}

fn counts(solved: &SolvedChapter) -> String {
    let plural = |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let mut words = plural(solved.exercises as u64, "exercise", "exercises");
    words += &match solved.hints {
        0 => ", without a hint".to_owned(),
        hints => format!(", with {}", plural(hints, "hint", "hints")),
    };
    if solved.peeked > 0 {
        words += &format!(", {} looked up first", plural(solved.peeked as u64, "solution", "solutions"));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Colour;

    fn solved(name: &str, hints: u64, peeked: usize) -> SolvedChapter {
        SolvedChapter { name: name.to_owned(), exercises: 2, hints, peeked, concepts: vec!["deadlock".to_owned()] }
    }

    #[test]
    fn the_end_of_a_chapter_says_how_it_was_solved() {
        let plain = |line: Line| {
            let mut text = Text::new();
            text.push(line);
            text.print(Colour::Off)
        };
        let line = plain(chapter(&solved("02_mutex", 1, 1)));
        assert_eq!(
            line.trim_end(),
            "✓ the chapter 02_mutex is complete: 2 exercises, with 1 hint, 1 solution looked up first"
        );
        assert!(plain(chapter(&solved("02_mutex", 0, 0))).contains("2 exercises, without a hint"));
    }

    #[test]
    fn the_end_of_the_course_names_every_chapter_and_sums_up() {
        let text = course(&[solved("01_threads", 1, 0), solved("02_mutex", 2, 0)]).print(Colour::Off);
        for part in ["4 exercises, with 3 hints", "01_threads", "02_mutex", "deadlock", "https://"] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
