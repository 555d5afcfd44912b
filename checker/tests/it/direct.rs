//! Checks without cargo get the verdict that cargo's build gets, after every kind of edit.

use std::fs;
use std::path::PathBuf;

use crate::counted::Counted;
use crate::edits::{Builder, EDITS};

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

/// Would catch: a verdict about code, tests or settings that were replaced; and a direct build that is never used.
#[test]
fn after_every_edit_the_verdict_is_cargos() {
    let counted = Counted::new();
    for (edit, perform, variables, builder) in EDITS {
        perform(&counted);
        let (verdict, calls) = counted.verdict("passes", variables);
        assert_eq!(calls == 0, builder == Builder::Rustc, "{edit}: cargo compiled {calls} times");
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
