//! Which edition of the course a mark is about: a hash of everything besides the handed-in file that decides about it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::course::originals::hash;
use crate::course::selection;
use crate::course::version::sources;

/// Folders that decide about no verdict.
const OTHERS: [&str; 3] = ["target", "tests", "examples"];

/// The edition of the course and of each of its exercises.
pub struct Edition {
    /// Of the whole course. Reports of different ones cannot be merged.
    pub course: String,
    exercises: HashMap<String, String>,
}

impl Edition {
    /// The edition that is on disk now, graded with this compiler. The selection is in `selected`, and not always in the
    /// copy of the course in which files are examined.
    pub fn of(catalogue: &Catalogue, selected: &Path, rustc: &str) -> Edition {
        let kit = format!("{} {rustc} {}", env!("CARGO_PKG_VERSION"), kit(&catalogue.root));
        let of = |exercise: &Exercise| {
            let own = exercise.source();
            let files = sources(&exercise.dir).into_iter().filter(|file| *file != own);
            hash(format!("{kit} {}", hashes(&exercise.dir, files)).as_bytes())
        };
        let exercises: Vec<(String, String)> =
            catalogue.exercises.iter().map(|exercise| (exercise.name.clone(), of(exercise))).collect();
        // The selection decides about points and deadlines, but about no verdict.
        let selection = fs::read(selected.join(selection::FILE)).unwrap_or_default();
        let course = format!("{exercises:?} {}", hash(&selection));
        Edition { course: hash(course.as_bytes()), exercises: exercises.into_iter().collect() }
    }

    /// The edition of `exercise`. A verdict on a file holds for as long as this stays the same.
    pub fn exercise(&self, exercise: &Exercise) -> &str {
        self.exercises.get(&exercise.name).map_or("", String::as_str)
    }
}

/// A hash of the test kit, the checker and the versions of all packages.
fn kit(root: &Path) -> String {
    let manifests = ["Cargo.toml", "Cargo.lock"].map(|file| root.join(file));
    let mut folders = vec![root.join("checker")];
    folders.extend(dependencies(root));
    let mut files: Vec<PathBuf> = manifests.into();
    for folder in &folders {
        collect(folder, &mut files);
    }
    files.sort();
    files.dedup();
    hashes(root, files)
}

/// The folders of the packages that the manifest in `root` names by path.
fn dependencies(root: &Path) -> Vec<PathBuf> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let table: Table = manifest.parse().unwrap_or_default();
    let dependencies = table.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let dependencies = dependencies.and_then(Value::as_table).into_iter().flatten();
    dependencies.filter_map(|(_, dependency)| Some(root.join(dependency.get("path")?.as_str()?))).collect()
}

/// Adds the sources and manifests in `dir` and below.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for path in fs::read_dir(dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !OTHERS.contains(&&*name) && !name.starts_with('.') {
                collect(&path, files);
            }
        } else if name.ends_with(".rs") || name == "Cargo.toml" {
            files.push(path);
        }
    }
}

/// A hash of the names of `files`, relative to `dir`, and of their contents.
fn hashes(dir: &Path, files: impl IntoIterator<Item = PathBuf>) -> String {
    let lines = files.into_iter().filter_map(|file| {
        let name = file.strip_prefix(dir).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        Some(format!("{name} {}\n", hash(&fs::read(&file).ok()?)))
    });
    hash(lines.collect::<String>().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    fn course() -> (tempfile::TempDir, Catalogue) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_owned();
        let exercises = ["abba", "poison"].map(|name| {
            let mut exercise = example::exercise(name);
            exercise.dir = root.join("exercises").join(exercise.path());
            write(&exercise.source(), "// the learner's");
            write(&exercise.dir.join("tests/it.rs"), "// tests");
            exercise
        });
        write(&root.join("Cargo.toml"), "[workspace.dependencies]\nkit = { path = \"kit\" }\nserde = \"1\"\n");
        write(&root.join("kit/src/lib.rs"), "// kit");
        (dir, Catalogue::of(root, exercises))
    }

    fn write(file: &Path, text: &str) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Would catch: a mark that is kept although the tests or the kit have changed, or forgotten although only the
    /// learner's file has.
    #[test]
    fn everything_but_the_learners_file_makes_another_edition() {
        let (_dir, catalogue) = course();
        let editions = |rustc| {
            let edition = Edition::of(&catalogue, &catalogue.root, rustc);
            let each = catalogue.exercises.iter().map(|exercise| edition.exercise(exercise).to_owned());
            (each.collect::<Vec<_>>(), edition.course)
        };
        let (first, course) = editions("1.95");
        write(&catalogue.exercises[0].source(), "// another answer");
        write(&catalogue.root.join("kit/tests/it.rs"), "// not part of the kit");
        assert_eq!(editions("1.95"), (first.clone(), course.clone()));
        write(&catalogue.root.join("course.toml"), "name = \"Locks\"");
        assert_eq!(editions("1.95").0, first, "verdicts hold");
        assert_ne!(editions("1.95").1, course, "sums do not");
        write(&catalogue.exercises[0].dir.join("tests/it.rs"), "// other tests");
        let (second, _) = editions("1.95");
        assert!(second[0] != first[0] && second[1] == first[1]);
        write(&catalogue.root.join("kit/src/lib.rs"), "// another kit");
        let (third, _) = editions("1.95");
        assert!(third[0] != second[0] && third[1] != second[1]);
        assert_ne!(editions("1.96").0, third);
    }
}
