//! New exercises, and exercises with a planted defect: each defect is reported in a row that says what is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Course, EXERCISES};

/// An exercise that `dev new` created in the chapter `02_proof`.
struct Exercise<'a> {
    course: &'a Course,
    name: &'a str,
    folder: &'a str,
}

impl Exercise<'_> {
    fn file(&self, tree: &str, file: &str) -> PathBuf {
        self.course.root.join(tree).join("02_proof").join(self.folder).join(file)
    }

    /// Replaces `old`, which must occur, in a file of `exercises` or `solutions`.
    #[track_caller]
    fn edit(&self, tree: &str, file: &str, old: &str, new: &str) {
        let path = self.file(tree, file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{}: no {old:?} in\n{text}", path.display());
        fs::write(path, text.replace(old, new)).unwrap();
    }

    fn copy(&self, from: &str, to: &str) {
        fs::copy(self.file("solutions", from), self.file("solutions", to)).unwrap();
    }
}

/// A new exercise with every `FILL IN` replaced.
fn filled_in<'a>(course: &'a Course, name: &'a str, folder: &'a str) -> Exercise<'a> {
    course.run(&["dev", "new", &format!("02_proof/{name}")]).expect(0);
    for tree in ["exercises", "solutions"] {
        fill_in(&course.root.join(tree).join("02_proof").join(folder));
    }
    fill_in(&course.root.join("exercises/02_proof"));
    Exercise { course, name, folder }
}

/// Replaces every `FILL IN` below `dir`.
pub fn fill_in(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fill_in(&path);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replace("FILL IN", "Something")).unwrap();
        }
    }
}

/// The objections of `dev verify` to `exercise`: the subject and the reason of each.
fn objections(document: &Value, exercise: &str) -> Vec<(String, String)> {
    let exercises = document["exercises"].as_array().unwrap();
    let found = exercises.iter().find(|found| found["exercise"] == exercise).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut objections = Vec::new();
    for attempt in found["attempts"].as_array().unwrap() {
        for objection in attempt["objections"].as_array().unwrap() {
            objections.push((text(&attempt["attempt"]), text(objection)));
        }
    }
    for complaint in found["complaints"].as_array().unwrap() {
        objections.push((text(&complaint["subject"]), text(&complaint["objection"])));
    }
    objections
}

/// Asserts that `exercise` has an objection about each of `expected`, and no others.
#[track_caller]
fn assert_objections(document: &Value, exercise: &str, expected: &[(&str, &str)]) {
    let found = objections(document, exercise);
    for (subject, part) in expected {
        let is_there = found.iter().any(|(about, why)| about == subject && why.contains(part));
        assert!(is_there, "{exercise}: nothing about {subject}, {part:?}, in {found:#?}");
    }
    let unexpected = found.iter().filter(|(about, _)| !expected.iter().any(|(subject, _)| about == subject));
    assert_eq!(unexpected.collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "{exercise}");
}

/// Asserts that every possible defect of a promise is reported, and that promises are counted.
#[track_caller]
fn assert_promises(document: &Value) {
    let promises = objections(document, "badly_promised");
    let about: Vec<&str> = promises.iter().map(|(about, _)| about.as_str()).collect();
    assert_eq!(about, ["promises.toml"; 5], "{promises:#?}");
    for (part, (_, why)) in [
        "\"A\": there is no test `no_such_test`",
        "\"B\": there is no answer rejected/no_such_answer.rs",
        "\"C\": rejected/yields does not make `numbers_begin_at_one` fail; failing: `each_number_is_given_once`",
        "\"D\": rejected/locks_twice compiles",
        "no promise names the test `each_number_is_given_once`",
    ]
    .iter()
    .zip(&promises)
    {
        assert_eq!(why, part);
    }
    assert_objections(document, "unreadable", &[("promises.toml", "line 4: unknown field `say`")]);
    let counts = |name: &str| {
        let exercises = document["exercises"].as_array().unwrap();
        let found = exercises.iter().find(|found| found["exercise"] == name).unwrap();
        ["promises", "tests", "promised_tests", "accepted", "rejected"].map(|count| found[count].as_u64())
    };
    assert_eq!(counts("sound"), [2, 2, 2, 1, 2].map(Some));
    assert_eq!(counts("badly_promised"), [4, 2, 1, 1, 2].map(Some));
}

/// Asserts that a modified test file is detected, named and restored, and that passing it solves nothing.
fn assert_only_the_courses_tests_count(course: &Course, exercise: &Exercise<'_>) {
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let output = git.arg("-C").arg(&course.root).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "exercises"]);
    git(&["commit", "--quiet", "-m", "the course"]);
    fs::copy(exercise.file("solutions", "src/lib.rs"), exercise.file("exercises", "src/lib.rs")).unwrap();
    let (name, test) = (exercise.name, format!("tests/{}.rs", exercise.name));
    let original = fs::read_to_string(exercise.file("exercises", &test)).unwrap();
    exercise.edit("exercises", &test, "assert_ne!(one, other", "assert_eq!(one, one");
    git(&["commit", "--quiet", "--all", "-m", "a commit of the learner's"]);
    let ran = course.run(&["run", name]).expect(1);
    let expected = format!(
        "altered tests · {name}: passes, but does not count: {test} differs from the course's; `cargo checker reset {name} \
         --tests` restores it"
    );
    assert!(ran.stdout.contains(&expected), "{}", ran.stdout);
    assert_eq!(course.progress()["exercises"][name]["solved"], false);
    let restored = course.run(&["reset", name, "--tests"]).expect(0).stdout;
    assert!(restored.contains(&format!("{test} is the course's again\n")), "{restored}");
    assert_eq!(fs::read_to_string(exercise.file("exercises", &test)).unwrap(), original);
    let backup = course.root.join(restored.trim_end().rsplit(' ').next().unwrap());
    assert!(fs::read_to_string(&backup).unwrap().contains("assert_eq!(one, one"), "{}", backup.display());
    assert!(course.run(&["run", name]).expect(0).stdout.contains("passed · "));
}

/// A schedule takes two numbers. In every second schedule, this repeats the previous number.
const RARELY_WRONG: &str = "*last += 1;
        static CALLS: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(1);
        if CALLS.fetch_add(1, core::sync::atomic::Ordering::Relaxed) % 4 == 0 {
            *last -= 1;
        }";

/// One promise for each possible defect.
const PROMISES: &str = r#"
[[promise]]
says = "A"
test = "no_such_test"
broken_by = "yields"

[[promise]]
says = "B"
test = "numbers_begin_at_one"
broken_by = "no_such_answer"

[[promise]]
says = "C"
test = "numbers_begin_at_one"
broken_by = "yields"

[[promise]]
says = "D"
test = "compiler"
broken_by = "locks_twice"
"#;

/// Fails on every second run.
const FLAKY: &str = "#[interleave::test(real_only)]
fn now_and_then() {
    let mark = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/mark\");
    if std::fs::File::create_new(mark).is_err() {
        std::fs::remove_file(mark).unwrap();
        panic!(\"the other time\");
    }
}
";

/// Would catch: a defect that a proof misses, or reports without saying where it is.
#[test]
fn each_planted_defect_is_reported_in_a_row_and_nothing_else_is() {
    let course = Course::to_build();
    let sound = filled_in(&course, "sound", "01_sound");
    let untold = filled_in(&course, "badly_told", "02_badly_told");
    untold.edit("exercises", "hints.md", "## 3\n\nSomething almost the answer.\n", "");
    untold.edit("exercises", "README.md", "The trap:", "See [the lesson](../../02_nowhere/README.md). The trap:");
    untold.edit("exercises", "Cargo.toml", "starts = \"failing-test\"", "starts = \"deadlock\"");
    let untested = filled_in(&course, "badly_tested", "03_badly_tested");
    untested.copy("starter.rs", "accepted/atomic.rs");
    untested.copy("src/lib.rs", "starter.rs");
    untested.copy("src/lib.rs", "rejected/yields.rs");
    let header = "//! verdict: failing-test each_number_is_given_once\n//! It is right.\n//! Something";
    untested.edit("solutions", "rejected/yields.rs", "//! Something", header);
    let rare = filled_in(&course, "rarely_wrong", "04_rarely_wrong");
    rare.edit("solutions", "src/lib.rs", "*last += 1;", RARELY_WRONG);
    let flaky = filled_in(&course, "flaky", "05_flaky");
    let test = fs::read_to_string(flaky.file("exercises", "tests/flaky.rs")).unwrap();
    fs::write(flaky.file("exercises", "tests/flaky.rs"), test + FLAKY).unwrap();
    let unpromised = filled_in(&course, "badly_promised", "06_badly_promised");
    fs::write(unpromised.file("solutions", "promises.toml"), PROMISES).unwrap();
    let unreadable = filled_in(&course, "unreadable", "07_unreadable");
    unreadable.edit("solutions", "promises.toml", "says", "say");
    fs::remove_file(rare.file("solutions", "promises.toml")).unwrap();

    let names = [&sound, &untold, &untested, &rare, &flaky, &unpromised, &unreadable].map(|exercise| exercise.name);
    let ran = course.run(&[&["dev", "verify", "--json", "--seeds", "3"][..], &names].concat()).expect(1);
    let document = ran.json();
    assert_objections(&document, "sound", &[]);
    assert_objections(
        &document,
        "badly_told",
        &[
            ("hints.md", "has 2 hints"),
            ("README.md", "links to `../../02_nowhere/README.md`, which is not there"),
            ("starter", "should be deadlock; failing test: `each_number_is_given_once` fails"),
        ],
    );
    assert_objections(
        &document,
        "badly_tested",
        &[
            ("starter", "should be failing test; passed"),
            ("src/lib.rs", "is not the same as the solution's starter.rs"),
            ("accepted/atomic", "should pass; failing test"),
            ("rejected/yields", "should be failing test; passed"),
            ("promises.toml", "rejected/yields does not make `each_number_is_given_once` fail; failing: none"),
        ],
    );
    assert_promises(&document);
    let rarely_wrong = [("solution", "should pass; failing test"), ("promises.toml", "cannot be read")];
    assert_objections(&document, "rarely_wrong", &rarely_wrong);
    let about: Vec<String> = objections(&document, "flaky").into_iter().map(|(about, _)| about).collect();
    assert!(about.contains(&"solution".to_owned()) && about.contains(&"accepted/atomic".to_owned()), "{about:?}");
    let why = objections(&document, "flaky").into_iter().map(|(_, why)| why).collect::<String>();
    assert!(why.contains("not the same every time"), "{why}");
    assert_only_the_courses_tests_count(&course, &sound);
}

/// Fails in every second check of a wrong answer.
const UNSTEADY: &str = "#[interleave::test(real_only)]
fn now_and_then() {
    if !module_path!().contains(\"rejected\") {
        return;
    }
    let mark = format!(\"{}/{}\", env!(\"CARGO_MANIFEST_DIR\"), module_path!().replace(':', \"_\"));
    if std::fs::File::create_new(&mark).is_err() {
        std::fs::remove_file(mark).unwrap();
        panic!(\"the other time\");
    }
}
";

/// Would catch: a proof that CI refuses by chance, or a wrong answer that an author believes to be caught every time.
#[test]
fn a_wrong_answer_that_is_caught_now_and_then_is_listed_with_retries_and_objected_to_without() {
    let course = Course::to_build();
    let racy = filled_in(&course, "racy", "01_racy");
    let test = fs::read_to_string(racy.file("exercises", "tests/racy.rs")).unwrap();
    fs::write(racy.file("exercises", "tests/racy.rs"), test + UNSTEADY).unwrap();
    racy.edit("solutions", "rejected/yields.rs", "failing-test each_number_is_given_once", "failing-test now_and_then");
    let promises = fs::read_to_string(racy.file("solutions", "promises.toml")).unwrap();
    let promise = "\n[[promise]]\nsays = \"E\"\ntest = \"now_and_then\"\nbroken_by = \"yields\"\n";
    fs::write(racy.file("solutions", "promises.toml"), promises + promise).unwrap();
    let ran = course.run(&["dev", "verify", "racy", "--seeds", "1", "--retries", "2"]).expect(0);
    let flaky = "FLAKY racy  rejected/yields  got its verdict only in check 2:";
    assert!(ran.stdout.contains(flaky), "{}", ran.stdout);
    let ran = course.run(&["dev", "verify", "racy", "--seeds", "1", "--repeat", "2"]).expect(1);
    assert!(ran.stdout.contains("should be failing test of `now_and_then`"), "{}", ran.stdout);
    assert!(ran.stdout.contains("rejected/yields does not make `now_and_then` fail"), "{}", ran.stdout);
}

/// Would catch: a template that does not compile, or that is accepted before it, and the lesson of its chapter, are
/// filled in.
#[test]
fn a_new_exercise_compiles_and_asks_to_be_filled_in() {
    let course = Course::to_build();
    let said = course.run(&["dev", "new", "03_new/fresh_start"]).expect(0).stdout;
    assert!(said.contains("exercises/03_new/01_fresh_start/src/lib.rs\n"), "{said}");
    assert!(said.ends_with("fill in, then: cargo checker dev verify fresh_start\n"), "{said}");
    let ran = course.run(&["dev", "verify", "fresh_start", "--repeat", "1", "--seeds", "2"]).expect(1);
    let failed: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("FAIL  ")).skip(1).collect();
    assert!(failed.len() > 9, "{}", ran.stdout);
    for line in &failed {
        assert!(line.contains("still says `FILL IN`"), "{line}");
    }
    assert!(failed.iter().any(|line| line.contains("exercises/03_new/README.md ")), "{}", ran.stdout);
    let again = course.run(&["dev", "new", "01_verdicts/fresh_start"]).expect(2).stderr;
    assert!(again.contains("there is an exercise `fresh_start` already"), "{again}");
    let nowhere = course.run(&["dev", "new", "nowhere/another"]).expect(2).stderr;
    assert!(nowhere.contains("there is no chapter `nowhere`"), "{nowhere}");
    let mutants = course.run(&["dev", "verify", "fresh_start", "--mutants", "--json"]).expect(0).json();
    let found = &mutants["exercises"][0];
    assert_eq!((found["made"].as_u64(), found["killed_by_tests"].as_u64()), (Some(2), Some(2)), "{found:#}");
    let next = course.run(&["dev", "new", "01_verdicts/next"]).expect(0).stdout;
    assert!(next.contains(&format!("exercises/01_verdicts/{}_next/src/lib.rs\n", EXERCISES + 1)), "{next}");
}
