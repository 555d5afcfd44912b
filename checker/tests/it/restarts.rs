//! `reset --all`: the course begins anew, and nothing is lost, even if the checker is killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Course, run};

const SOLVED: &str = r#"{"schema":1,"current":"fails","exercises":{"abba":{"solved":true,"attempts":3,"stars":7}}}"#;

/// A course in which two files are edited, and one exercise is solved.
fn begun() -> Course {
    let course = Course::new();
    // Most exercises of this course are never reset, so that their starters are not stored beside the solutions.
    for dir in fs::read_dir(course.root.join("exercises/01_verdicts")).unwrap().map(|entry| entry.unwrap()) {
        let solution = course.root.join("solutions/01_verdicts").join(dir.file_name());
        if dir.path().is_dir() {
            fs::create_dir_all(&solution).unwrap();
            fs::copy(dir.path().join("src/lib.rs"), solution.join("starter.rs")).unwrap();
        }
    }
    fs::write(course.source("20_abba"), "// mine\n").unwrap();
    fs::write(course.source("04_fails"), "// mine, too\n").unwrap();
    course.write_progress(SOLVED);
    course
}

/// The files below `dir` with their content.
fn files(dir: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for path in fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, found);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.insert(path, text);
        }
    }
}

fn sources(course: &Course) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    files(&course.root.join("exercises"), &mut found);
    found.into_iter().map(|(path, text)| (path.strip_prefix(&course.root).unwrap().to_owned(), text)).collect()
}

/// Would catch: a text that is neither in its place nor in a backup.
#[track_caller]
fn nothing_is_lost(course: &Course, when: &str) {
    let mut all = sources(course);
    files(&course.root.join(".checker"), &mut all);
    for text in ["// mine\n", "// mine, too\n"] {
        assert!(all.values().any(|found| found == text), "{text} is lost, {when}");
    }
    assert!(all.values().any(|found| found.contains("\"stars\"")), "the progress is lost, {when}");
}

fn is_new(course: &Course) -> bool {
    let progress = fs::read_to_string(course.progress_file()).unwrap();
    sources(course) == sources(&Course::new()) && !progress.contains("abba")
}

#[test]
fn everything_can_be_reset_and_brought_back() {
    let course = begun();
    let before = sources(&course);
    let refused = course.run(&["reset", "--all"]).expect(2);
    assert!(refused.stderr.contains("say `cargo checker reset --all --yes`"), "{}", refused.stderr);
    assert_eq!(sources(&course), before);
    course.run(&["reset", "--all", "--undo"]).expect(2);
    let said = course.run(&["reset", "--all", "--yes"]).expect(0).stdout;
    assert!(said.contains("2 files of yours replaced by the starters"), "{said}");
    assert!(is_new(&course));
    let said = course.run(&["reset", "--all", "--yes"]).expect(0).stdout;
    assert!(said.contains("all exercises are as they came"), "{said}");
    // Work that was done since is kept, too.
    fs::write(course.source("20_abba"), "// mine again\n").unwrap();
    course.run(&["reset", "--all", "--undo"]).expect(0);
    assert_eq!(sources(&course), before);
    let abba = &course.progress()["exercises"]["abba"];
    assert_eq!((abba["solved"].as_bool(), abba["stars"].as_u64()), (Some(true), Some(7)));
    course.run(&["reset", "--all", "--undo"]).expect(0);
    assert_eq!(fs::read_to_string(course.source("20_abba")).unwrap(), "// mine again\n");
    for arguments in [&["abba", "--all"][..], &["--all", "--tests"], &["abba", "--yes"], &["--all", "--yes", "--undo"]]
    {
        course.run(&[&["reset"], arguments].concat()).expect(2);
    }
}

/// Kills the checker before each of its writes, once during the reset and once during the undo.
#[test]
fn killed_before_any_write_nothing_is_lost_and_the_same_command_finishes_it() {
    let mut points = 0;
    for point in 1.. {
        let (course, when) = (begun(), format!("killed at write {point}"));
        let before = sources(&course);
        let die = |arguments: &[&str]| run(course.checker(arguments).env("CHECKER_DIES_AT", point.to_string())).code;
        let reset = die(&["reset", "--all", "--yes"]);
        nothing_is_lost(&course, &when);
        course.run(&["reset", "--all", "--yes"]).expect(0);
        assert!(is_new(&course), "{when}");
        let undo = die(&["reset", "--all", "--undo"]);
        nothing_is_lost(&course, &when);
        if undo == Some(86) {
            // Before the backup is complete, nothing has happened, and the undo is yet to come.
            let unfinished = sources(&course) == before || !is_new(&course);
            course.run(&["reset", "--all", "--undo"]).expect(0);
            assert_eq!(sources(&course), before, "{when}, unfinished: {unfinished}");
        }
        assert!(course.progress()["exercises"]["abba"]["stars"] == 7, "{when}");
        if reset != Some(86) && undo != Some(86) {
            break;
        }
        points += 1;
    }
    assert!(points > 8, "only {points} points");
}

/// Would catch: a save after an interruption that the rest of the reset overwrites.
#[test]
fn a_file_that_is_saved_after_an_interruption_is_kept() {
    let mut tried = 0;
    for point in (1..).step_by(2) {
        let course = begun();
        let ran = run(course.checker(&["reset", "--all", "--yes"]).env("CHECKER_DIES_AT", point.to_string()));
        // A backup that is complete has a number.
        let restarts = fs::read_dir(course.root.join(".checker/restart")).into_iter().flatten();
        let mut names = restarts.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let is_prepared = names.any(|name| name.parse::<u64>().is_ok());
        if !is_prepared {
            continue;
        }
        fs::write(course.source("20_abba"), "// saved later\n").unwrap();
        course.run(&["reset", "--all", "--yes"]).expect(0);
        assert!(is_new(&course), "{point}");
        nothing_is_lost(&course, &format!("killed at write {point}"));
        let mut kept = BTreeMap::new();
        files(&course.root.join(".checker"), &mut kept);
        assert!(kept.values().any(|text| text == "// saved later\n"), "{point}");
        tried += 1;
        if ran.code != Some(86) {
            break;
        }
    }
    assert!(tried > 2, "only {tried} points");
}

/// Would catch: a reset of everything by a slip of the hand.
#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_it_asks_first() {
    use crate::terminal::Terminal;
    use crate::toys::Toys;

    let toys = Toys::new();
    toys.save("alpha", "right");
    toys.progress(r#"{"schema":1,"exercises":{"alpha":{"solved":true,"attempts":1}}}"#);
    for (answer, expected) in [("n\n", "// right\n"), ("y\n", "// wrong\n")] {
        let mut terminal = Terminal::open(&toys, &["reset", "--all"], (100, 24));
        terminal.wait_for("(1 file of yours) and clears your progress (1 solved)");
        terminal.wait_for("Begin the course anew? [y/N]");
        terminal.press(answer);
        assert_eq!(terminal.wait_for_end(), 0);
        assert_eq!(fs::read_to_string(toys.source("alpha")).unwrap(), expected, "{answer:?}");
    }
}
