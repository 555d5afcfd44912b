//! Checks without cargo get the verdict that cargo's build gets, after every kind of edit.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::{Course, run};

/// Whether an edit leaves something to do for cargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builder {
    Rustc,
    Cargo,
}

use Builder::{Cargo, Rustc};

/// A course whose calls of cargo are counted.
struct Counted {
    course: Course,
    dir: tempfile::TempDir,
}

impl Counted {
    fn new() -> Counted {
        let dir = tempfile::tempdir().unwrap();
        let cargo = std::env::var("CARGO").unwrap();
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = test ] && echo \"$*\" >> {0}/calls\nexec {cargo} \"$@\"\n",
            dir.path().display()
        );
        fs::write(dir.path().join("cargo"), script).unwrap();
        fs::set_permissions(dir.path().join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        let counted = Counted { course: Course::to_build(), dir };
        // In a new folder, cargo first completes the lock file, and the calls of that run cannot be repeated.
        for text in ["// one\n", "// two\n"] {
            counted.write("src/lib.rs", &format!("pub fn answer() -> u32 {{\n    42\n}}\n{text}"));
            counted.verdict("passes", &[]);
        }
        counted
    }

    /// The verdict on `name`, and how often cargo compiled for it.
    fn verdict(&self, name: &str, variables: &[(&str, &str)]) -> (Value, usize) {
        let calls = self.dir.path().join("calls");
        let _ = fs::remove_file(&calls);
        let mut command = self.course.checker(&["run", name, "--json"]);
        let ran = run(command.env("CARGO", self.dir.path().join("cargo")).envs(variables.iter().copied()));
        let calls = fs::read_to_string(calls).unwrap_or_default().lines().count();
        (comparable(ran.json()), calls)
    }

    /// With another wrapper around the compiler, cargo compiles. It has a build folder of its own.
    fn verdict_of_cargo(&self, name: &str, variables: &[(&str, &str)]) -> Value {
        let mut variables = variables.to_vec();
        variables.push(("RUSTC_WRAPPER", "/usr/bin/env"));
        let (verdict, calls) = self.verdict(name, &variables);
        assert_ne!(calls, 0, "{name}");
        verdict
    }

    fn file(&self, file: &str) -> PathBuf {
        self.course.root.join("exercises/01_verdicts/01_passes").join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::create_dir_all(self.file(file).parent().unwrap()).unwrap();
        fs::write(self.file(file), text).unwrap();
    }
}

/// A verdict without what differs from run to run.
fn comparable(mut verdict: Value) -> Value {
    let all = verdict["tests"].as_array().into_iter().flatten();
    let failed_when_explored = all.filter(|test| test["mode"] == "explore" && test["outcome"] != "passed");
    let failed_when_explored: Vec<Value> = failed_when_explored.map(|test| test["name"].clone()).collect();
    for test in verdict["tests"].as_array_mut().into_iter().flatten() {
        let test = test.as_object_mut().unwrap();
        test.retain(|key, _| ["name", "mode", "outcome", "headline"].contains(&key.as_str()));
        // A real test is skipped if its explored twin failed first. Which of them was first is a matter of luck.
        if test["mode"] == "real" && (test["outcome"] != "passed" || failed_when_explored.contains(&test["name"])) {
            test.remove("outcome");
        }
    }
    verdict
}

/// Would catch: a verdict of the direct build that differs from cargo's.
#[test]
fn the_direct_build_and_cargo_agree_on_every_misbehaviour() {
    let counted = Counted::new();
    for (folder, name) in [
        ("01_passes", "passes"),
        ("02_does_not_compile", "does_not_compile"),
        ("03_lint", "lint"),
        ("04_fails", "fails"),
        ("05_panics_in_src", "panics_in_src"),
        ("13_aborts", "aborts"),
        ("15_no_tests", "no_tests"),
        ("16_only_ignored", "only_ignored"),
        ("19_without_the_kit", "without_the_kit"),
        ("20_abba", "abba"),
        ("21_twins", "twins"),
    ] {
        let source = counted.course.source(folder);
        let original = fs::read_to_string(&source).unwrap();
        // A first run records the calls if it has something to do.
        fs::write(&source, format!("{original}// changed\n")).unwrap();
        counted.verdict(name, &[]);
        fs::write(&source, &original).unwrap();
        let (direct, calls) = counted.verdict(name, &[]);
        let (repeated, _) = counted.verdict(name, &[]);
        let cargo = counted.verdict_of_cargo(name, &[]);
        assert_eq!(direct, cargo, "{name}");
        assert_eq!(repeated, cargo, "{name}, again");
        // Cargo's clippy rejects a library with a lint, and what has no tests is not compiled.
        if !["lint", "no_tests"].contains(&name) {
            assert_eq!(calls, 0, "{name} was compiled by cargo");
        }
    }
}

/// An edit, and who has to build afterwards.
type Edit = (&'static str, fn(&Counted), &'static [(&'static str, &'static str)], Builder);

const EDITS: [Edit; 18] = [
    ("a comment", |c| c.write("src/lib.rs", "// why\npub fn answer() -> u32 {\n    42\n}\n"), &[], Rustc),
    ("nothing", |_| (), &[], Rustc),
    ("another answer", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    41\n}\n"), &[], Rustc),
    ("an error", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    \"41\"\n}\n"), &[], Rustc),
    (
        "a lint of the compiler",
        |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    let x;\n    42\n}\n"),
        &[],
        Rustc,
    ),
    ("a lint of clippy's", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    return 42;\n}\n"), &[], Rustc),
    (
        "an error of clippy's",
        |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    let x = 42;\n    if x == x { x } else { 0 }\n}\n"),
        &[],
        Rustc,
    ),
    (
        "a file that is older than the last build",
        |c| {
            c.write("src/lib.rs", "pub fn answer() -> u32 {\n    40\n}\n");
            let old = SystemTime::now() - Duration::from_secs(1_000_000);
            fs::File::options().append(true).open(c.file("src/lib.rs")).unwrap().set_modified(old).unwrap();
        },
        &[],
        Rustc,
    ),
    (
        "a module",
        |c| {
            c.write("src/lib.rs", "mod inner;\npub use inner::answer;\n");
            c.write("src/inner.rs", "pub fn answer() -> u32 {\n    42\n}\n");
        },
        &[],
        Rustc,
    ),
    ("a change in that module", |c| c.write("src/inner.rs", "pub fn answer() -> u32 {\n    39\n}\n"), &[], Rustc),
    (
        "a file that is included",
        |c| {
            c.write("answer.txt", "42");
            c.write(
                "src/lib.rs",
                "pub fn answer() -> u32 {\n    include_str!(\"../answer.txt\").parse().unwrap()\n}\n",
            );
        },
        &[],
        Rustc,
    ),
    ("a change in that file", |c| c.write("answer.txt", "38"), &[], Rustc),
    (
        "a variable",
        |c| {
            c.write(
                "src/lib.rs",
                "pub fn answer() -> u32 {\n    option_env!(\"ANSWER\").unwrap_or(\"42\").parse().unwrap()\n}\n",
            )
        },
        &[],
        Rustc,
    ),
    ("a value of that variable", |_| (), &[("ANSWER", "37")], Rustc),
    (
        "a changed test",
        |c| {
            c.write(
                "tests/passes.rs",
                "#[interleave::test]\nfn it_is_36() {\n    assert_eq!(passes::answer(), 36);\n}\n",
            )
        },
        &[],
        Rustc,
    ),
    (
        "another test",
        |c| {
            c.write("tests/more.rs", "#[interleave::test]\nfn it_is_42() {\n    assert_eq!(passes::answer(), 42);\n}\n")
        },
        &[],
        Cargo,
    ),
    ("flags", |_| (), &[("RUSTFLAGS", "-C debuginfo=0")], Cargo),
    (
        "a profile",
        |c| {
            let manifest = c.course.root.join("Cargo.toml");
            let text = fs::read_to_string(&manifest).unwrap().replace("\"line-tables-only\"", "1");
            fs::write(manifest, text).unwrap();
        },
        &[],
        Cargo,
    ),
];

/// Would catch: a verdict about code, tests or settings that were replaced; and a direct build that is never used.
#[test]
fn after_every_edit_the_verdict_is_cargos() {
    let counted = Counted::new();
    for (edit, perform, variables, builder) in EDITS {
        perform(&counted);
        let (verdict, calls) = counted.verdict("passes", variables);
        assert_eq!(calls == 0, builder == Rustc, "{edit}: cargo compiled {calls} times");
        assert_eq!(verdict, counted.verdict_of_cargo("passes", variables), "{edit}");
    }
}

/// Would catch: a call that is repeated although the libraries it needs are gone.
#[test]
fn after_a_clean_cargo_builds_again() {
    let counted = Counted::new();
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("course-target/debug/deps");
    for file in fs::read_dir(target).unwrap().flatten().map(|entry| entry.path()) {
        if file.to_string_lossy().contains("libinterleave-") {
            fs::remove_file(file).unwrap();
        }
    }
    let (verdict, calls) = counted.verdict("passes", &[]);
    assert!(verdict["headline"].as_str().unwrap().contains("passes 2 tests"), "{verdict}");
    assert_eq!(calls, 1);
}

/// Would catch: a bundle that is never linked, or one that decides about a verdict.
#[test]
fn a_test_that_does_not_link_with_the_bundle_is_linked_without_it() {
    let counted = Counted::new();
    // Other tests use the bundles in the common build folder.
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("course-target-of-bundles");
    let variables = [("CARGO_TARGET_DIR", target.to_str().unwrap())];
    let _ = fs::remove_dir_all(target.join("checker"));
    let change = |text: &str| counted.write("src/lib.rs", &format!("pub fn answer() -> u32 {{\n    42\n}}\n{text}"));
    change("// recorded\n");
    counted.verdict("passes", &variables);
    let sets = fs::read_dir(target.join("checker/bundles")).unwrap().flatten();
    let bundles = sets.flat_map(|set| fs::read_dir(set.path()).unwrap().flatten());
    let own: Vec<PathBuf> = bundles.map(|bundle| bundle.path().join("libinterleave.so")).collect();
    assert!(own.iter().any(|library| library.exists()), "{own:?}");
    for (text, is_whole) in [("// whole\n", true), ("// broken\n", false), ("// given up\n", false)] {
        if text == "// broken\n" {
            own.iter().for_each(|library| fs::write(library, "this is not a library").unwrap());
        }
        change(text);
        let (verdict, calls) = counted.verdict("passes", &variables);
        assert!(verdict["headline"].as_str().unwrap().contains("passes 2 tests"), "{text}: {verdict}");
        assert_eq!(calls, 0, "{text}");
        let given_up = own.iter().any(|library| library.with_file_name("unusable").exists());
        assert_eq!(given_up, !is_whole, "{text}");
    }
}
