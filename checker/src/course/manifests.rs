//! The manifests of the exercises: as cargo reads them, and without cargo if it refuses all of them because of one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::course::exercise::{About, Exercise, Terms};
use crate::error::UserError;

/// The exercises of a course, those that cannot be used included.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    /// In the order of their folders.
    pub exercises: Vec<Exercise>,
    pub unreadable: Vec<Unreadable>,
}

/// An exercise whose manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The folder of its chapter: `02_mutex`.
    pub chapter: String,
    /// Its own folder: `03_abba`.
    pub folder: String,
    why: String,
}

impl Unreadable {
    /// `02_mutex/03_abba`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.chapter, self.folder)
    }

    /// The manifest: `exercises/02_mutex/03_abba/Cargo.toml`.
    pub fn file(&self) -> String {
        format!("exercises/{}/Cargo.toml", self.path())
    }

    /// The manifest and what is wrong with it.
    pub fn what(&self) -> String {
        format!("{} cannot be used: {}", self.file(), self.why)
    }

    pub fn help(&self) -> String {
        advice(&self.file())
    }

    pub fn error(&self) -> UserError {
        UserError::new(self.what(), self.help())
    }

    /// Whether `name` stands for this exercise: a folder, or what follows its number.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.strip_prefix("exercises/").unwrap_or(name).trim_end_matches('/');
        let own = self.folder.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('_');
        name == self.path() || name == self.folder || name == own
    }
}

/// What to do about a manifest that cannot be used.
pub fn advice(file: &str) -> String {
    format!("correct it, or restore it with `git checkout -- {file}`")
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    id: String,
    manifest_path: PathBuf,
    features: BTreeMap<String, Value>,
    targets: Vec<Target>,
    #[serde(default)]
    metadata: Value,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

/// The exercises among the packages in `json`, the output of `cargo metadata`.
pub fn of_metadata(json: &[u8], root: &Path) -> Result<Manifests> {
    let metadata: Metadata = serde_json::from_slice(json).context("what `cargo metadata` printed is not understood")?;
    let mut manifests = Manifests::default();
    for package in metadata.packages {
        let Some(table) = package.metadata.get("exercise") else { continue };
        let Some((chapter, folder)) = package.manifest_path.parent().and_then(|dir| folders(dir, root)) else {
            continue;
        };
        match About::deserialize(table) {
            Ok(about) => manifests.exercises.push(exercise(package, about, (chapter, folder))),
            Err(error) => {
                let why = format!("[package.metadata.exercise]: {error}");
                manifests.unreadable.push(Unreadable { chapter, folder, why });
            }
        }
    }
    Ok(manifests.sorted())
}

fn exercise(package: Package, about: About, (chapter, folder): (String, String)) -> Exercise {
    let tests = package.targets.into_iter().filter(|target| target.kind.iter().any(|kind| kind == "test"));
    let mut tests: Vec<PathBuf> = tests.map(|target| target.src_path).collect();
    tests.sort();
    Exercise {
        chapter,
        folder,
        dir: package.manifest_path.parent().map(Path::to_owned).unwrap_or_default(),
        name: package.name,
        package_id: package.id,
        tests,
        explored: package.features.contains_key("explore"),
        about,
        terms: Terms::default(),
    }
}

/// The chapter and the folder of the exercise in `dir`; `None` if it is not in `exercises/CHAPTER/FOLDER`.
fn folders(dir: &Path, root: &Path) -> Option<(String, String)> {
    let mut folders = dir.strip_prefix(root.join("exercises")).ok()?.iter();
    let (chapter, folder) = (folders.next()?.to_str()?, folders.next()?.to_str()?);
    folders.next().is_none().then(|| (chapter.to_owned(), folder.to_owned()))
}

/// A manifest, as far as an exercise needs it.
#[derive(Deserialize)]
struct Manifest {
    package: ManifestPackage,
    #[serde(default)]
    features: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
struct ManifestPackage {
    name: String,
    metadata: ManifestMetadata,
}

#[derive(Deserialize)]
struct ManifestMetadata {
    exercise: About,
}

/// The exercises as their manifests say, without asking cargo. `refused` is the folder of the package that cargo does
/// not accept, and why.
pub fn without_cargo(root: &Path, refused: Option<(&Path, &str)>) -> Manifests {
    let mut manifests = Manifests::default();
    for dir in subfolders(&root.join("exercises")).iter().flat_map(|chapter| subfolders(chapter)) {
        let Some((chapter, folder)) = folders(&dir, root) else { continue };
        let file = dir.join("Cargo.toml");
        let read = || -> Result<Manifest, String> {
            let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
            toml::from_str(&text).map_err(|error| in_one_line(&error, &text))
        };
        let refused = refused.filter(|(refused, _)| *refused == dir).map(|(_, why)| why.to_owned());
        match read().and_then(|manifest| refused.map_or(Ok(manifest), Err)) {
            Ok(Manifest { package, features }) => manifests.exercises.push(Exercise {
                chapter,
                folder,
                name: package.name,
                // Nothing is compiled without cargo.
                package_id: String::new(),
                tests: test_roots(&dir),
                explored: features.contains_key("explore"),
                about: package.metadata.exercise,
                terms: Terms::default(),
                dir,
            }),
            Err(why) => manifests.unreadable.push(Unreadable { chapter, folder, why }),
        }
    }
    manifests.sorted()
}

fn in_one_line(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1));
    let message = error.message().lines().collect::<Vec<_>>().join(" ");
    line.map_or_else(|| message.clone(), |line| format!("line {line}: {message}"))
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn subfolders(dir: &Path) -> Vec<PathBuf> {
    entries(dir).into_iter().filter(|path| path.is_dir()).collect()
}

/// The files that cargo takes for test binaries of the package in `dir` if its manifest names none, in order.
pub fn test_roots(dir: &Path) -> Vec<PathBuf> {
    let roots =
        entries(&dir.join("tests")).into_iter().map(|path| if path.is_dir() { path.join("main.rs") } else { path });
    roots.filter(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "rs")).collect()
}

impl Manifests {
    fn sorted(mut self) -> Manifests {
        self.exercises.sort_by(|a, b| (&a.chapter, &a.folder).cmp(&(&b.chapter, &b.folder)));
        self.unreadable.sort_by(|a, b| (&a.chapter, &a.folder).cmp(&(&b.chapter, &b.folder)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dir: &str, table: &str) -> String {
        format!(
            r#"{{"name":"{name}","id":"id-{name}","manifest_path":"/course/{dir}/Cargo.toml","features":{{"explore":[]}},
            "targets":[{{"kind":["test"],"src_path":"/course/{dir}/tests/t.rs"}},{{"kind":["lib"],"src_path":"x"}}],
            "metadata":{table}}}"#
        )
    }

    #[test]
    fn exercises_come_in_the_order_of_their_folders_and_only_from_their_folder() {
        let table = r#"{"exercise":{"title":"T","grade":1,"starts":"deadlock","limit_ms":700}}"#;
        let packages = [
            package("b", "exercises/02_x/01_b", table),
            package("c", "exercises/01_x/02_c", table),
            package("a", "exercises/01_x/01_a", table),
            package("a-solution", "solutions/01_x/01_a", table),
            package("checker", "checker", "null"),
        ];
        let json = format!(r#"{{"packages":[{}]}}"#, packages.join(","));
        let exercises = of_metadata(json.as_bytes(), Path::new("/course")).unwrap().exercises;
        let names: Vec<&str> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        assert_eq!(names, ["a", "c", "b"]);
        assert_eq!(exercises[0].tests, [PathBuf::from("/course/exercises/01_x/01_a/tests/t.rs")]);
        assert_eq!(exercises[0].limit().as_millis(), 700);
        assert!(exercises[0].explored);
    }

    #[test]
    fn an_invalid_table_makes_one_exercise_unreadable() {
        let packages = [
            package("a", "exercises/01_x/01_a", r#"{"exercise":{"title":"T","grade":1,"starts":"deadlok"}}"#),
            package("b", "exercises/01_x/02_b", r#"{"exercise":{"title":"T","grade":1,"starts":"deadlock"}}"#),
        ];
        let json = format!(r#"{{"packages":[{}]}}"#, packages.join(","));
        let manifests = of_metadata(json.as_bytes(), Path::new("/course")).unwrap();
        assert_eq!(manifests.exercises.len(), 1);
        let [unreadable] = manifests.unreadable.as_slice() else { panic!("{:?}", manifests.unreadable) };
        assert!(unreadable.what().starts_with("exercises/01_x/01_a/Cargo.toml"), "{}", unreadable.what());
        assert!(unreadable.what().contains("deadlok"), "{}", unreadable.what());
        for name in ["a", "01_a", "01_x/01_a", "exercises/01_x/01_a/"] {
            assert!(unreadable.is_called(name), "{name}");
        }
        assert!(!unreadable.is_called("b"));
    }
}
