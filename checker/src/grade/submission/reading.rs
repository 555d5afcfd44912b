//! What is taken from a folder that somebody handed in: the `src/lib.rs` of each exercise, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::course::catalogue::Catalogue;
use crate::course::originals;
use crate::error::UserError;
use crate::grade::examiner::{Source, Submission};
use crate::system::files;

/// The longest `src/lib.rs` that is taken.
const LONGEST: u64 = 1 << 20;
/// After this many notes, the others are counted.
const MOST_NOTES: usize = 20;
/// How many files are looked at for notes, and how deep.
const MOST_FILES: usize = 20_000;
const DEEPEST: usize = 8;
/// Settings for cargo and the compiler at the top of a course.
const SETTINGS: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "rust-toolchain",
    "rust-toolchain.toml",
    "clippy.toml",
    ".clippy.toml",
    ".cargo",
];

/// Reads the submission in `dir`. `course` is the clean copy of the course, with which the rest is compared.
pub fn read(dir: &Path, course: &Catalogue) -> Result<Submission> {
    let unreadable = |error: std::io::Error| {
        let what = format!("the submission {} cannot be read: {error}", dir.display());
        UserError::new(what, "name a folder with the files that were handed in")
    };
    // The teacher may name it by a link.
    let dir = dir.canonicalize().map_err(unreadable)?;
    fs::read_dir(&dir).map_err(unreadable)?;
    let mut submission = Submission::default();
    for exercise in &course.exercises {
        let file = Path::new("exercises").join(exercise.path()).join("src/lib.rs");
        if let Some(source) = source(&dir, &file) {
            submission.sources.insert(exercise.name.clone(), source);
        }
    }
    submission.notes = Others { dir: &dir, course, seen: 0, notes: BTreeSet::new() }.notes();
    Ok(submission)
}

/// The text of `file` in `dir`; `None` if there is none.
fn source(dir: &Path, file: &Path) -> Option<Source> {
    let refused = |why: &str| Some(Source::Refused(format!("{} {why}", file.display())));
    let mut path = dir.to_owned();
    for part in file {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(data) if data.is_symlink() => {
                let link = path.strip_prefix(dir).unwrap_or(&path).display();
                return Some(Source::Refused(format!("{link} is a symbolic link")));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => return refused(&format!("cannot be read: {error}")),
        }
    }
    let data = match fs::symlink_metadata(&path) {
        Ok(data) if data.is_file() => data,
        _ => return refused("is not a regular file"),
    };
    if data.len() > LONGEST {
        return refused(&format!("is {} MiB long; at most 1 MiB is taken", data.len().div_ceil(1 << 20)));
    }
    let mut bytes = Vec::new();
    // It may have been replaced in the meantime, so the same is checked again on the open file.
    match files::open_plain(&path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)) {
        Err(error) => refused(&format!("cannot be read: {error}")),
        Ok(length) if length as u64 > LONGEST => refused("is longer than 1 MiB"),
        Ok(_) => {
            String::from_utf8(bytes).map_or_else(|_| refused("is not UTF-8 text"), |text| Some(Source::Text(text)))
        }
    }
}

/// Looks for what does not count.
struct Others<'a> {
    dir: &'a Path,
    course: &'a Catalogue,
    seen: usize,
    notes: BTreeSet<String>,
}

impl Others<'_> {
    fn notes(mut self) -> Vec<String> {
        for name in SETTINGS {
            self.look(Path::new(name), 0);
        }
        self.look(Path::new("exercises"), 0);
        let mut notes: Vec<String> = self.notes.into_iter().collect();
        let more = notes.len().saturating_sub(MOST_NOTES);
        notes.truncate(MOST_NOTES);
        if more > 0 {
            notes.push(format!("{more} more files do not count"));
        }
        if self.seen >= MOST_FILES {
            notes.push(format!("there are more than {MOST_FILES} files; the others were not looked at"));
        }
        notes
    }

    fn look(&mut self, file: &Path, depth: usize) {
        let path = self.dir.join(file);
        let Ok(data) = fs::symlink_metadata(&path) else { return };
        self.seen += 1;
        if self.seen >= MOST_FILES || depth > DEEPEST {
            return;
        }
        if data.is_dir() {
            for entry in fs::read_dir(&path).into_iter().flatten().filter_map(Result::ok) {
                self.look(&file.join(entry.file_name()), depth + 1);
            }
        } else if !self.is_taken(file) {
            self.notes.extend(self.note(file, &data));
        }
    }

    /// Whether `file` is the one of an exercise.
    fn is_taken(&self, file: &Path) -> bool {
        let is_own = |folder: &str| file == Path::new("exercises").join(folder).join("src/lib.rs");
        self.course.exercises.iter().any(|exercise| is_own(&exercise.path()))
    }

    /// What there is to say about a file that is not taken. Nothing if it is the course's, or only for people.
    fn note(&self, file: &Path, data: &fs::Metadata) -> Option<String> {
        let shown = printable(file);
        let original = self.course.root.join(file);
        let Ok(expected) = fs::symlink_metadata(&original) else {
            return Some(format!("{shown} is not part of the course and was not used"));
        };
        if file.extension().is_some_and(|extension| extension == "md") {
            return None;
        }
        // Git may have changed the line ends, so the lengths may differ.
        let may_be_same = data.is_file() && data.len() <= 2 * expected.len() + 2;
        let hash = |path: PathBuf| fs::read(path).ok().map(|text| originals::hash(&text));
        let is_same = may_be_same && hash(self.dir.join(file)) == hash(original);
        (!is_same).then(|| format!("{shown} was changed; the course's own was used"))
    }
}

/// The path without characters that would confuse a terminal or a table, and not longer than a line.
fn printable(path: &Path) -> String {
    let shown = path.display().to_string();
    let clean: String = shown.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if clean.chars().count() <= 120 { clean } else { clean.chars().take(119).chain(['…']).collect() }
}
