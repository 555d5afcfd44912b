//! The pages that belong to no exercise: they are there, and no link of theirs is broken.

use std::fs;
use std::path::{Path, PathBuf};

use crate::authoring::proof::{Complaint, PLACEHOLDER};
use crate::course::exercise::Exercise;
use crate::course::markdown;

/// The defects of the lessons of the chapters that `exercises` belong to.
pub fn lessons(root: &Path, exercises: &[&Exercise]) -> Vec<Complaint> {
    let mut chapters: Vec<&str> = exercises.iter().map(|exercise| exercise.chapter.as_str()).collect();
    chapters.dedup();
    let page = |chapter: &str| Path::new("exercises").join(chapter).join("README.md");
    chapters.into_iter().flat_map(|chapter| of_page(root, &page(chapter))).collect()
}

/// The defects of the other pages, and folders that belong to nothing.
pub fn complaints(root: &Path, exercises: &[Exercise]) -> Vec<Complaint> {
    let pages = ["README.md", "CONTRIBUTING.md", "exercises/README.md"];
    let mut complaints: Vec<Complaint> = pages.iter().flat_map(|page| of_page(root, Path::new(page))).collect();
    for tree in ["exercises", "solutions"] {
        for crate_ in crates(&root.join(tree)) {
            if !exercises.iter().any(|exercise| Path::new(&exercise.path()) == crate_) {
                let name = Path::new(tree).join(crate_).display().to_string();
                complaints.push(Complaint::new(name, "belongs to no exercise"));
            }
        }
    }
    complaints
}

fn of_page(root: &Path, page: &Path) -> Vec<Complaint> {
    let Ok(text) = fs::read_to_string(root.join(page)) else {
        return vec![Complaint::new(page.display().to_string(), "is missing")];
    };
    let broken = broken_links(&root.join(page), &text);
    // The text about how to write an exercise names the placeholder, in code.
    let placeholder = markdown::prose(&text).into_iter().any(|at| text[at].contains(PLACEHOLDER));
    let placeholder = placeholder.then(|| format!("still says `{PLACEHOLDER}`"));
    broken.into_iter().chain(placeholder).map(|what| Complaint::new(page.display().to_string(), what)).collect()
}

/// The folders two levels below `dir` that contain a manifest.
fn crates(dir: &Path) -> Vec<PathBuf> {
    let folders = |dir: &Path| {
        let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let all = folders(dir).into_iter().flat_map(|chapter| folders(&chapter));
    let mut crates: Vec<PathBuf> = all
        .filter(|path| path.join("Cargo.toml").exists())
        .filter_map(|path| path.strip_prefix(dir).map(Path::to_owned).ok())
        .collect();
    crates.sort();
    crates
}

/// The links in the page `path` whose target, a file or a heading, does not exist.
pub fn broken_links(path: &Path, text: &str) -> Vec<String> {
    let dir = path.parent().unwrap_or(path);
    let leads_nowhere = |target: &String| {
        let (file, heading) =
            target.split_once('#').map_or((target.as_str(), None), |(file, heading)| (file, Some(heading)));
        let file = if file.is_empty() { path.to_owned() } else { dir.join(file) };
        let has = |heading: &str| {
            fs::read_to_string(&file).is_ok_and(|page| markdown::anchors(&page).iter().any(|anchor| anchor == heading))
        };
        !file.exists() || heading.is_some_and(|heading| !has(heading))
    };
    let targets = markdown::links(text).into_iter().map(|link| link.target).filter(|target| !target.contains(':'));
    targets.filter(leads_nowhere).map(|target| format!("links to `{target}`, which is not there")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    #[test]
    fn a_lesson_is_there_and_has_no_placeholder_left() {
        let root = tempfile::tempdir().unwrap();
        let (abba, other) = (example::exercise("abba"), example::exercise("self_call"));
        let found = || {
            let complaints = lessons(root.path(), &[&abba, &other]);
            complaints.into_iter().map(|found| format!("{} {}", found.subject, found.objection)).collect::<Vec<_>>()
        };
        let page = format!("exercises/{}/README.md", abba.chapter);
        assert_eq!(found(), [format!("{page} is missing")], "once for all exercises of the chapter");
        fs::create_dir_all(root.path().join(&page).parent().unwrap()).unwrap();
        fs::write(root.path().join(&page), "# Mutex\n\nFILL IN the lesson of this chapter.\n").unwrap();
        assert_eq!(found(), [format!("{page} still says `FILL IN`")]);
        fs::write(root.path().join(&page), "# Mutex\n\nAuthors replace `FILL IN`.\n").unwrap();
        assert_eq!(found(), Vec::<String>::new());
    }
}
