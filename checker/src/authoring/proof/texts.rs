//! The texts of an exercise: its brief, its hints, its explanation, its metadata.

use std::fs;
use std::path::Path;

use crate::authoring::proof::trial::Tried;
use crate::authoring::proof::{Complaint, PLACEHOLDER, book, promises};
use crate::course::exercise::Exercise;
use crate::verdict::TestResult;

/// How many lines of text a brief may have, without its title, the habit and the links after it.
const LONGEST_BRIEF: usize = 15;

/// The defects of the texts of `exercise`, whose solution is in `solution`.
pub fn complaints(exercise: &Exercise, solution: &Path) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = table(exercise).map(|what| Complaint::new("Cargo.toml", what)).collect();
    let files: [(&str, &Path, Judge); 3] = [
        ("README.md", &exercise.dir, &|text| brief(text, exercise)),
        ("hints.md", &exercise.dir, &|text| hints(text)),
        ("the explanation", solution, &|text| explanation(text)),
    ];
    for (name, dir, judge) in files {
        let path = dir.join(if name.ends_with(".md") { name } else { "README.md" });
        match fs::read_to_string(&path) {
            Ok(text) => {
                let links = book::broken_links(&path, &text);
                complaints.extend(judge(&text).into_iter().chain(links).map(|what| Complaint::new(name, what)));
            }
            Err(_) => complaints.push(Complaint::new(name, format!("{} is missing", path.display()))),
        }
    }
    complaints.extend(placeholders(exercise, solution));
    if exercise.tests.is_empty() {
        complaints.push(Complaint::new("tests", "there are none"));
    }
    complaints
}

/// What is wrong with the file that the learner begins with: `reset` must bring the same one back.
pub fn starter(exercise: &Exercise, solution: &Path) -> Option<Complaint> {
    let read = |file: &Path| fs::read_to_string(file).ok().map(|text| text.replace('\r', ""));
    let (starter, lib) = (read(&solution.join("starter.rs")), read(&exercise.dir.join("src/lib.rs")));
    (starter != lib).then(|| Complaint::new("src/lib.rs", "is not the same as the solution's starter.rs"))
}

/// The answers that the verdict on the starter says, although the learner has predicted nothing yet.
pub fn told_answers(exercise: &Exercise, tried: &[Tried]) -> Option<Complaint> {
    let starter = tried.iter().find(|tried| tried.attempt.name == "starter")?;
    let tells = |test: &TestResult, word: &str| {
        [&test.message, &test.output.head, &test.output.tail].iter().any(|text| text.contains(word))
    };
    let told = |word: &&String| starter.verdict.tests.iter().any(|test| tells(test, word));
    let told: Vec<&str> = exercise.about.answers.iter().filter(told).map(String::as_str).collect();
    (!told.is_empty()).then(|| {
        let what = format!("with the starter, a test says {}, before the learner has predicted it", told.join(", "));
        Complaint::new("tests", what)
    })
}

/// Returns the defects of a text.
type Judge<'a> = &'a dyn Fn(&str) -> Vec<String>;

fn table(exercise: &Exercise) -> impl Iterator<Item = String> {
    let about = &exercise.about;
    let wrong = [
        (about.title.trim().is_empty(), "has no title"),
        (!(1..=5).contains(&about.grade), "has a grade that is not between 1 and 5"),
        (about.concepts.is_empty(), "names no concepts"),
        (about.packages.is_empty(), "names no packages"),
        (
            about.equivalent.iter().any(|mutant| mutant.reason.trim().is_empty()),
            "calls a mutant equivalent for no reason",
        ),
    ];
    let other_name = (!exercise.folder.ends_with(&format!("_{}", exercise.name)))
        .then(|| format!("names the package {}, unlike the folder {}", exercise.name, exercise.folder));
    wrong.into_iter().filter(|(is, _)| *is).map(|(_, what)| what.to_owned()).chain(other_name)
}

fn brief(text: &str, exercise: &Exercise) -> Vec<String> {
    let mut wrong = Vec::new();
    let title = format!("# {} {}", exercise.about.title, "★".repeat(usize::from(exercise.about.grade)));
    if text.lines().next() != Some(title.as_str()) {
        wrong.push(format!("does not begin with `{title}`"));
    }
    let (lines, has_habit) = measure(text);
    if lines > LONGEST_BRIEF {
        wrong.push(format!("has {lines} lines of text; {LONGEST_BRIEF} are the most"));
    }
    if !has_habit {
        wrong.push("has no `*Habit: …*` to take home".to_owned());
    }
    wrong
}

/// The number of text lines between the title and the habit, and whether there is a habit.
fn measure(text: &str) -> (usize, bool) {
    let body: Vec<&str> = text.lines().skip(1).filter(|line| !line.trim().is_empty()).collect();
    let habit = body.iter().position(|line| line.starts_with("*Habit:"));
    (habit.unwrap_or(body.len()), habit.is_some())
}

fn hints(text: &str) -> Vec<String> {
    let mut levels = text.split("\n## ").map(str::trim);
    let before = levels.next().unwrap_or_default();
    let first = before.strip_prefix("## ").map(str::trim);
    let levels: Vec<&str> = first.into_iter().chain(levels).collect();
    let said = levels.iter().filter(|level| level.split_once('\n').is_some_and(|(_, hint)| !hint.trim().is_empty()));
    match said.count() {
        3 if levels.len() == 3 => Vec::new(),
        count => vec![format!("has {count} hints, each under a `## `; three are needed")],
    }
}

fn explanation(text: &str) -> Vec<String> {
    let sentences = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
    if sentences == 0 { vec!["says nothing".to_owned()] } else { Vec::new() }
}

/// Complaints about placeholders that `dev new` left for the author.
fn placeholders(exercise: &Exercise, solution: &Path) -> Vec<Complaint> {
    let mut files =
        vec!["Cargo.toml", "README.md", "hints.md"].into_iter().map(|name| exercise.dir.join(name)).collect::<Vec<_>>();
    files.extend(exercise.tests.iter().cloned());
    files.extend(["README.md", "starter.rs", "src/lib.rs", promises::FILE].map(|name| solution.join(name)));
    for folder in ["accepted", "rejected"] {
        let entries = fs::read_dir(solution.join(folder)).into_iter().flatten().filter_map(Result::ok);
        files.extend(entries.map(|entry| entry.path()));
    }
    files.sort();
    let left = |file: &&std::path::PathBuf| fs::read_to_string(file).is_ok_and(|text| text.contains(PLACEHOLDER));
    let name = |file: &Path| {
        let root = exercise.dir.ancestors().nth(3).unwrap_or(&exercise.dir);
        file.strip_prefix(root).unwrap_or(file).display().to_string()
    };
    files.iter().filter(left).map(|file| Complaint::new(name(file), format!("still says `{PLACEHOLDER}`"))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::authoring::proof::{Attempt, Expected};
    use crate::course::exercise::example;
    use crate::verdict::{Kind, example as verdicts};

    #[test]
    fn a_brief_has_its_title_its_habit_and_fifteen_lines() {
        let abba = example::exercise("abba");
        let text = |lines: usize| {
            format!(
                "# Two locks, two orders ★★\n\n{}\n*Habit: one order.*\n*Seen in: x\ny\nz*\n",
                "line\n\n".repeat(lines)
            )
        };
        assert_eq!(brief(&text(15), &abba), Vec::<String>::new());
        assert_eq!(brief(&text(16), &abba), ["has 16 lines of text; 15 are the most"]);
        let wrong = brief("# Two locks\n\nMend it.\n", &abba);
        assert_eq!(wrong, ["does not begin with `# Two locks, two orders ★★`", "has no `*Habit: …*` to take home"]);
    }

    #[test]
    fn three_hints_are_three_sections_with_text() {
        assert!(hints("## 1\n\nWho?\n\n## 2\n\nLook.\n\n## 3\n\nDo.\n").is_empty());
        assert!(hints("# Hints\n\n## 1\n\nWho?\n\n## 2\n\nLook.\n\n## 3\n\nDo.\n").is_empty());
        assert_eq!(hints("## 1\n\nWho?\n\n## 2\n\nLook.\n"), ["has 2 hints, each under a `## `; three are needed"]);
        assert_eq!(hints("## 1\n\nWho?\n\n## 2\n\n## 3\n\nDo.\n").len(), 1);
    }

    /// Would catch: a message that says the answer for a constant that is not predicted yet.
    #[test]
    fn the_starter_of_a_prediction_must_not_get_an_answer() {
        let mut exercise = example::exercise("abba");
        exercise.about.answers = vec!["Held".to_owned(), "Free".to_owned()];
        let tried = |name: &str, message: &str| {
            let mut verdict = *verdicts::decided(Kind::FailingTest);
            verdict.tests[0].message = message.to_owned();
            let attempt =
                Attempt { exercise: "abba".into(), name: name.into(), expected: Expected::Passes, source: "".into() };
            Tried {
                attempt,
                verdict,
                failing: BTreeSet::new(),
                flaky: None,
                seeds: None,
                slowest: None,
                objections: Vec::new(),
            }
        };
        let told = |name: &str, message: &str| told_answers(&exercise, &[tried(name, message)]).is_some();
        assert!(told("starter", "left: Unsaid, right: Held"));
        assert!(!told("starter", "not predicted yet: LET") && !told("rejected/all_held", "left: Held, right: Free"));
    }

    #[test]
    fn the_metadata_must_be_complete() {
        let mut abba = example::exercise("abba");
        assert_eq!(table(&abba).count(), 0);
        (abba.about.grade, abba.folder) = (6, "03_other".to_owned());
        abba.about.concepts.clear();
        assert_eq!(table(&abba).count(), 3);
    }
}
