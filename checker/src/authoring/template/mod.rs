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

    /// `contents`, the table of contents, with the exercise and, if it is new, its chapter added.
    pub fn listed_in(&self, contents: &str) -> String {
        let mut lines: Vec<String> = contents.lines().map(str::to_owned).collect();
        let is_chapter = |line: &String| line.starts_with("- [");
        let of =
            |line: &str| line.split_once("](").map_or("", |(_, link)| link).split('/').next().unwrap_or("").to_owned();
        let own = lines.iter().position(|line| is_chapter(line) && of(line) == self.chapter);
        let own = own.unwrap_or_else(|| {
            let later = lines.iter().position(|line| is_chapter(line) && of(line) > self.chapter);
            let at = later.unwrap_or(lines.len());
            lines.insert(at, format!("- [{}]({}/README.md)", self.chapter_title(), self.chapter));
            at
        });
        let entries = lines[own + 1..].iter().take_while(|line| line.starts_with("  ")).count();
        lines
            .insert(own + 1 + entries, format!("  - [{} ★]({}/{}/README.md)", self.title(), self.chapter, self.folder));
        lines.join("\n") + "\n"
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

    fn subject(chapter: &str, folder: &str) -> Subject {
        Subject { name: "new_one".to_owned(), chapter: chapter.to_owned(), folder: folder.to_owned() }
    }

    #[test]
    fn a_new_entry_is_last_in_its_chapter_and_a_new_chapter_is_in_order() {
        let contents = "# Summary\n\n- [A](01_a/README.md)\n  - [X ★](01_a/01_x/README.md)\n- [C](03_c/README.md)\n";
        let listed = subject("01_a", "02_new_one").listed_in(contents);
        assert!(listed.contains("01_x/README.md)\n  - [New one ★](01_a/02_new_one/README.md)\n- [C]"), "{listed}");
        let listed = subject("02_b_c", "01_new_one").listed_in(contents);
        assert!(
            listed.contains("- [B c](02_b_c/README.md)\n  - [New one ★](02_b_c/01_new_one/README.md)\n- [C]"),
            "{listed}"
        );
        let listed = subject("04_d", "01_new_one").listed_in(contents);
        assert!(listed.ends_with("- [D](04_d/README.md)\n  - [New one ★](04_d/01_new_one/README.md)\n"), "{listed}");
    }

    #[test]
    fn no_placeholder_of_the_template_is_left() {
        for (file, text) in subject("01_a", "02_new_one").files() {
            assert!(!file.contains("__") && !text.contains("__"), "{file}:\n{text}");
        }
    }
}
