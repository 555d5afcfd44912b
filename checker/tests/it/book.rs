//! `dev book` on a course with one exercise: which pages there are, and what is said if they cannot be made.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::authors::fill_in;
use crate::support::{Course, Ran, run};

const FRONT: &str =
    "# Fixture\n\nBegin with [the chapter](02_proof/README.md).\n\n## Words\n\n- **lock**: A primitive.\n";
const LESSON: &str = "# Proof\n\nTake a lock. See the [glossary](../README.md#words).\n";

/// Replaces the exercises of `course` by a new one, `02_proof/01_sound`.
fn with_one_exercise(course: &Course) {
    course.run(&["dev", "new", "02_proof/sound"]).expect(0);
    for tree in ["exercises", "solutions"] {
        fs::remove_dir_all(course.root.join(tree).join("01_verdicts")).unwrap();
        fill_in(&course.root.join(tree).join("02_proof/01_sound"));
    }
    fs::write(course.root.join("exercises/README.md"), FRONT).unwrap();
    fs::write(lesson(course), LESSON).unwrap();
}

fn lesson(course: &Course) -> PathBuf {
    course.root.join("exercises/02_proof/README.md")
}

/// The checker with a build folder inside the course, for tests that build nothing.
fn checker(course: &Course, arguments: &[&str]) -> Command {
    let mut command = course.checker(arguments);
    command.env("CARGO_TARGET_DIR", course.root.join("target"));
    command
}

fn book(course: &Course) -> Ran {
    run(&mut checker(course, &["dev", "book", "--no-build"]))
}

fn files(dir: &Path, root: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, root, found);
        } else {
            found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
}

/// Would catch: a manifest or a learner's edit that is published, a text that is not in the book, an old page that stays.
#[test]
fn the_book_has_a_page_for_each_text_and_nothing_else() {
    let course = Course::new();
    with_one_exercise(&course);
    fs::write(course.root.join("exercises/02_proof/01_sound/src/lib.rs"), "fn edited_by_the_learner() {}\n").unwrap();
    let sources = course.root.join("target/book/src");
    fs::create_dir_all(&sources).unwrap();
    fs::write(sources.join("old.md"), "").unwrap();
    let ran = book(&course).expect(0);
    assert!(ran.stdout.starts_with("4 pages, and 0 to play on: "), "{}", ran.stdout);
    assert!(ran.stderr.contains("`cargo checker dev book --pictures` makes: sound"), "{}", ran.stderr);
    let mut found = BTreeSet::new();
    files(&sources, &sources, &mut found);
    let expected = ["02_proof/01_sound.md", "02_proof/index.md", "SUMMARY.md", "glossary.md", "index.md"];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let read = |file: &str| fs::read_to_string(sources.join(file)).unwrap();
    let page = read("02_proof/01_sound.md");
    assert!(page.contains("pub struct Counter") && !page.contains("edited_by_the_learner"), "{page}");
    assert!(page.contains("<summary><code>locks_twice</code> (deadlock): "), "{page}");
    assert!(
        read("02_proof/index.md").contains("Take a [lock](../glossary.md#lock)."),
        "the first use of a word is linked"
    );
    assert!(read("SUMMARY.md").contains("- [2. Proof](02_proof/index.md)\n  - [2.1 Sound ★](02_proof/01_sound.md)"));
}

/// Would catch: a book that leaves out a lesson without a word, or has a link that leads nowhere.
#[test]
fn a_missing_lesson_and_a_broken_link_are_named() {
    let course = Course::new();
    with_one_exercise(&course);
    let says = |words: &str| {
        let said = book(&course).expect(2).stderr;
        assert!(said.contains(words), "{said}");
    };
    fs::write(lesson(&course), LESSON.replace("../README.md#words", "../03_none/README.md")).unwrap();
    says("exercises/02_proof/README.md links to `../03_none/README.md`, which is not a page of the book");
    fs::write(lesson(&course), LESSON.replace("../README.md#words", "01_sound/README.md#nowhere")).unwrap();
    says("02_proof/index.md links to `01_sound.md#nowhere`, which is not there");
    fs::remove_file(lesson(&course)).unwrap();
    says("the lesson exercises/02_proof/README.md is missing");
    fs::write(lesson(&course), LESSON).unwrap();
    fs::remove_file(course.root.join("exercises/02_proof/01_sound/hints.md")).unwrap();
    says("the hints exercises/02_proof/01_sound/hints.md is missing");
    fs::remove_file(course.root.join("book.toml")).unwrap();
    says("book.toml cannot be read");
}

/// Would catch: a computer without mdbook on which one is not told what to do.
#[cfg(unix)]
#[test]
fn without_mdbook_it_says_how_to_install_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let course = Course::new();
    with_one_exercise(&course);
    let bin = course.root.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let said = run(checker(&course, &["dev", "book"]).env("PATH", &bin)).expect(2).stderr;
    assert!(said.contains("mdbook is not installed") && said.contains("cargo install mdbook"), "{said}");
    assert!(course.root.join("target/book/src/index.md").exists(), "the pages are there all the same");
    let mdbook = bin.join("mdbook");
    fs::write(&mdbook, "#!/bin/sh\necho \"ERROR unknown field $2\" >&2\nexit 1\n").unwrap();
    fs::set_permissions(&mdbook, fs::Permissions::from_mode(0o755)).unwrap();
    let said = run(checker(&course, &["dev", "book"]).env("PATH", &bin)).expect(2).stderr;
    assert!(said.contains("mdbook does not accept the book:\nERROR unknown field"), "{said}");
}

/// Would catch: a picture that is missing although the proof saw the interleaving, or a game without a failure.
#[test]
fn a_proof_gives_the_pictures_and_the_book_the_pages_to_play_on() {
    let course = Course::to_build();
    with_one_exercise(&course);
    let sources = Path::new(env!("CARGO_TARGET_TMPDIR")).join("course-target/book/src");
    let page = || fs::read_to_string(sources.join("02_proof/01_sound.md")).unwrap();
    course.run(&["dev", "verify", "sound", "--repeat", "1", "--seeds", "1"]);
    course.run(&["dev", "book", "--no-build"]).expect(0);
    assert!(page().contains("aria-label=\"How yields fails: failing test, each_number_is_given_once"), "{}", page());
    assert!(!page().contains("play/"), "{}", page());
    let ran = course.run(&["dev", "book", "--no-build", "--pictures"]).expect(0);
    assert!(ran.stdout.starts_with("4 pages, and 2 to play on: "), "{}", ran.stdout);
    assert!(!ran.stderr.contains("without the pictures"), "{}", ran.stderr);
    assert!(
        page().contains("<a href=\"../play/sound-starter.html\">Play the scheduler: make the test fail</a>"),
        "{}",
        page()
    );
    let starter = fs::read_to_string(sources.join("play/sound-starter.html")).unwrap();
    assert!(starter.contains("can you make the test fail?") && starter.len() < 300_000, "{starter}");
    assert!(starter.contains("exercises/02_proof/01_sound/src/lib.rs") && !starter.contains("--proof"), "{starter}");
}
