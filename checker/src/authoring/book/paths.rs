//! Where things are in the book, and the numbers that they have there.

use crate::authoring::book::material::{Chapter, Entry};

/// The page of a lesson.
pub fn lesson_page(chapter: &Chapter) -> String {
    format!("{}/index.md", chapter.folder)
}

/// The page of an exercise.
pub fn exercise_page(entry: &Entry) -> String {
    format!("{}.md", entry.exercise.path())
}

/// The page of the game with the starter, or with the solution.
pub fn game_page(exercise: &str, answer: &str) -> String {
    format!("play/{exercise}-{answer}.html")
}

/// The first heading of a text, and the rest.
pub fn titled(text: &str) -> (&str, &str) {
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    (title.trim_start_matches('#').trim(), rest)
}

/// The number at the beginning of a folder: `2` of `02_mutex`.
pub fn number(folder: &str) -> &str {
    let digits = folder.split('_').next().unwrap_or(folder);
    let number = digits.trim_start_matches('0');
    if number.is_empty() { "0" } else { number }
}

/// `2.3`.
pub fn number_of(entry: &Entry) -> String {
    format!("{}.{}", number(&entry.exercise.chapter), number(&entry.exercise.folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_one_of_the_folder() {
        assert_eq!((number("00_welcome"), number("10_runtimes"), number("x")), ("0", "10", "x"));
    }

    #[test]
    fn a_title_is_the_first_heading() {
        assert_eq!(titled("# Mutex\n\nA shop.\n"), ("Mutex", "\nA shop.\n"));
        assert_eq!(titled("# Mutex"), ("Mutex", ""));
    }
}
