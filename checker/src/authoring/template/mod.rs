//! The template of a new exercise: its files compile and can be proven, with `FILL IN` wherever an author has to write
//! something.

/// The exercise that the files are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The package: `abba`.
    pub name: String,
    /// `02_mutex`.
    pub chapter: String,
    /// `03_abba`.
    pub folder: String,
}

/// The files of a new exercise, relative to its folder below `exercises/` or `solutions/`.
const EXERCISE: [(&str, &str); 5] = [
    ("Cargo.toml", include_str!("exercise.toml")),
    ("README.md", include_str!("brief.md")),
    ("hints.md", include_str!("hints.md")),
    ("src/lib.rs", include_str!("starter.rs")),
    ("tests/__name__.rs", include_str!("tests.rs")),
];
const SOLUTION: [(&str, &str); 8] = [
    ("Cargo.toml", include_str!("solution.toml")),
    ("README.md", include_str!("explanation.md")),
    ("promises.toml", include_str!("promises.toml")),
    ("src/lib.rs", include_str!("solution.rs")),
    ("starter.rs", include_str!("starter.rs")),
    ("accepted/atomic.rs", include_str!("accepted.rs")),
    ("rejected/yields.rs", include_str!("rejected_yields.rs")),
    ("rejected/locks_twice.rs", include_str!("rejected_locks_twice.rs")),
];
const LESSON: &str = include_str!("lesson.md");

impl Subject {
    /// A first title for the author to improve: `Shared counter`.
    pub fn title(&self) -> String {
        in_words(&self.name)
    }

    /// All files, with their paths relative to the root of the course.
    pub fn files(&self) -> Vec<(String, String)> {
        let path = format!("{}/{}", self.chapter, self.folder);
        let fill = |text: &str| {
            text.replace("__name__", &self.name).replace("__title__", &self.title()).replace("__path__", &path)
        };
        let exercise = EXERCISE.iter().map(|(file, text)| (format!("exercises/{path}/{file}"), *text));
        let solution = SOLUTION.iter().map(|(file, text)| (format!("solutions/{path}/{file}"), *text));
        exercise.chain(solution).map(|(file, text)| (fill(&file), fill(text))).collect()
    }

    /// The lesson of the chapter, for a new chapter.
    pub fn lesson(&self) -> String {
        LESSON.replace("__title__", &self.chapter_title())
    }

    fn chapter_title(&self) -> String {
        in_words(self.chapter.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_'))
    }
}

/// `shared_counter` becomes `Shared counter`.
fn in_words(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_placeholder_of_the_template_is_left() {
        let (name, chapter, folder) = ("new_one".to_owned(), "01_a".to_owned(), "02_new_one".to_owned());
        for (file, text) in (Subject { name, chapter, folder }).files() {
            assert!(!file.contains("__") && !text.contains("__"), "{file}:\n{text}");
        }
    }
}
