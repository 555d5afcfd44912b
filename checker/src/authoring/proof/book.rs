//! The book: every exercise is in its table of contents, and no link is broken.

use std::fs;
use std::path::{Path, PathBuf};

use crate::authoring::proof::Complaint;
use crate::course::exercise::Exercise;

/// The table of contents, relative to the root of the course.
pub const CONTENTS: &str = "exercises/SUMMARY.md";

/// The line for `exercise` in the table of contents.
pub fn entry(exercise: &Exercise) -> String {
    let stars = "★".repeat(usize::from(exercise.about.grade));
    format!("  - [{} {stars}]({}/README.md)", exercise.about.title, exercise.path())
}

/// A complaint unless the table of contents at `root` lists `exercise` correctly.
pub fn listed(root: &Path, exercise: &Exercise) -> Option<Complaint> {
    let contents = fs::read_to_string(root.join(CONTENTS)).unwrap_or_default();
    let entry = entry(exercise);
    let is_listed = contents.lines().any(|line| line.trim_end() == entry);
    (!is_listed).then(|| Complaint::new("book", format!("{CONTENTS} has no line `{}`", entry.trim_start())))
}

/// The defects of pages that belong to no exercise, and folders that belong to nothing.
pub fn complaints(root: &Path, exercises: &[Exercise]) -> Vec<Complaint> {
    let mut pages = ["README.md", "CONTRIBUTING.md", CONTENTS, "exercises/README.md"].map(PathBuf::from).to_vec();
    let mut chapters: Vec<&str> = exercises.iter().map(|exercise| exercise.chapter.as_str()).collect();
    chapters.dedup();
    pages.extend(chapters.iter().map(|chapter| Path::new("exercises").join(chapter).join("README.md")));
    let mut complaints = Vec::new();
    let contents = fs::read_to_string(root.join(CONTENTS)).unwrap_or_default();
    for page in pages {
        let name = page.display().to_string();
        match fs::read_to_string(root.join(&page)) {
            Ok(text) => {
                let broken = broken_links(&root.join(&page), &text);
                complaints.extend(broken.into_iter().map(|what| Complaint::new(&name, what)));
            }
            Err(_) => complaints.push(Complaint::new(&name, "is missing")),
        }
    }
    for chapter in chapters {
        if !contents.contains(&format!("({chapter}/README.md)")) {
            complaints.push(Complaint::new(CONTENTS, format!("lacks the chapter {chapter}")));
        }
    }
    for tree in ["exercises", "solutions"] {
        for crate_ in crates(&root.join(tree)) {
            if !exercises.iter().any(|exercise| Path::new(&exercise.path()) == crate_) {
                let name = Path::new(tree).join(crate_).display().to_string();
                complaints.push(Complaint::new(name, "belongs to no exercise of the book"));
            }
        }
    }
    complaints
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
    let leads_nowhere = |target: &&str| {
        let (file, heading) = target.split_once('#').map_or((*target, None), |(file, heading)| (file, Some(heading)));
        let file = if file.is_empty() { path.to_owned() } else { dir.join(file) };
        let has = |heading: &str| fs::read_to_string(&file).is_ok_and(|page| headings(&page).any(|h| h == heading));
        !file.exists() || heading.is_some_and(|heading| !has(heading))
    };
    let targets = targets(text).into_iter().filter(|target| !target.contains(':'));
    targets.filter(leads_nowhere).map(|target| format!("links to `{target}`, which is not there")).collect()
}

/// The targets of a page's links: `[words](target)`, outside code.
fn targets(text: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    let mut in_code = false;
    let mut rest = text;
    while let Some(at) = rest.find(['`', ']']) {
        let (found, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        if found == b'`' {
            in_code = !in_code;
        } else if !in_code && let Some((target, _)) = after.strip_prefix('(').and_then(|target| target.split_once(')'))
        {
            targets.push(target.split_whitespace().next().unwrap_or_default());
        }
        rest = after;
    }
    targets
}

/// The headings of a page, in the form that links use.
fn headings(page: &str) -> impl Iterator<Item = String> {
    let lines = page.lines().filter(|line| line.starts_with('#'));
    lines.map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    #[test]
    fn links_are_found_outside_code_however_lines_are_wrapped() {
        let text = "[a](b.md \"title\") and [two\nlines](c/d.md#e), not `[x](y)`\n```\n[in](code)\n```\n[f](g.md)\n";
        assert_eq!(targets(text), ["b.md", "c/d.md#e", "g.md"]);
    }

    #[test]
    fn headings_have_the_form_that_links_use() {
        let page = "# The `std` mutex, and async!\ntext\n## 2\n";
        assert_eq!(headings(page).collect::<Vec<_>>(), ["the-std-mutex-and-async", "2"]);
    }

    #[test]
    fn an_entry_has_title_stars_and_path() {
        let abba = example::exercise("abba");
        assert_eq!(entry(&abba), "  - [Two locks, two orders ★★](02_mutex/03_abba/README.md)");
        let complaint = listed(Path::new("/nowhere"), &abba).unwrap();
        assert!(complaint.objection.contains("has no line `- [Two locks, two orders ★★]"), "{complaint:?}");
    }
}
