//! README.md says of the course what the course is.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The folders in `dir`, in order.
fn folders(dir: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// The row of README.md for the chapter in `folder`, and how many exercises it has.
fn row(folder: &Path) -> (String, usize) {
    let chapter = folder.file_name().unwrap().to_str().unwrap();
    let lesson = fs::read_to_string(folder.join("README.md")).unwrap();
    let title = lesson.lines().next().unwrap().trim_start_matches("# ");
    let exercises = folders(folder).into_iter().map(|exercise| {
        let manifest: toml::Table = fs::read_to_string(exercise.join("Cargo.toml")).unwrap().parse().unwrap();
        let grade = manifest["package"]["metadata"]["exercise"]["grade"].as_integer().unwrap();
        format!("`{}` {}", manifest["package"]["name"].as_str().unwrap(), "★".repeat(grade.try_into().unwrap()))
    });
    let exercises: Vec<String> = exercises.collect();
    let number = chapter.split('_').next().unwrap();
    let row = format!("| {number} | [{title}](exercises/{chapter}/README.md) | {} |", exercises.join(", "));
    (row, exercises.len())
}

/// Would catch: an exercise that is new, gone, renamed or graded otherwise, and a README that does not know.
#[test]
fn the_readme_lists_the_chapters_and_exercises_that_there_are() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.split("| | chapter | exercises |\n|---|---|---|\n").nth(1).unwrap();
    let listed: Vec<&str> = table.split("\n\n").next().unwrap().lines().collect();
    let (rows, counts): (Vec<String>, Vec<usize>) =
        folders(&root().join("exercises")).iter().map(|folder| row(folder)).unzip();
    assert_eq!(listed, rows);
    let count: usize = counts.iter().sum();
    assert!(readme.contains(&format!("| Awaitlings | {count} exercises, ")), "the README says another number");
}

/// Would catch: a README that promises more answers than are checked.
#[test]
fn the_readme_says_how_many_answers_there_are() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains("More than three thousand right and wrong answers are checked"), "this test counts them");
    let solutions = folders(&root().join("solutions")).into_iter().flat_map(|chapter| folders(&chapter));
    let answers = |solution: PathBuf| {
        let others =
            ["accepted", "rejected"].map(|kind| fs::read_dir(solution.join(kind)).into_iter().flatten().count());
        // And the solution itself.
        others[0] + others[1] + 1
    };
    let count: usize = solutions.map(answers).sum();
    assert!(count > 3000, "{count}");
}

/// The names of the exercises that `text` links to, and the paths of the links.
fn linked(text: &str) -> Vec<(&str, &str)> {
    text.split("[`").skip(1).filter_map(|link| link.split_once(')')?.0.split_once("`](")).collect()
}

/// Would catch: a way through the course that leads back, repeats an exercise, or has not the length that it says.
#[test]
fn the_ways_through_the_course_go_forward_and_are_as_long_as_they_say() {
    let front = fs::read_to_string(root().join("exercises/README.md")).unwrap();
    let section = front.split("## Which exercises?").nth(1).unwrap().split("\n## ").next().unwrap();
    let (evening, week) = section.split_once("**A week**, thirty exercises").unwrap();
    assert!(evening.contains("**An evening**, eight exercises"));
    assert_eq!(linked(evening).len(), 8);
    assert_eq!(linked(week).len(), 30);
    assert!(week.lines().filter(|line| line.starts_with("| ")).skip(1).all(|day| linked(day).len() == 6), "six a day");
    for way in [evening, week] {
        assert!(linked(way).is_sorted_by(|(_, before), (_, after)| before < after), "{way}");
    }
}

/// Would catch: an exercise that was renamed or moved, and a page that calls it as before. Whether a link leads somewhere
/// is looked at by `dev verify`.
#[test]
fn the_front_page_calls_exercises_by_their_names() {
    let front = fs::read_to_string(root().join("exercises/README.md")).unwrap();
    assert!(linked(&front).len() > 80, "{}", linked(&front).len());
    for (name, path) in linked(&front) {
        let manifest = root().join("exercises").join(path).with_file_name("Cargo.toml");
        let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some(name));
    }
}
