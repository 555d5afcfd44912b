//! A course in which the files of one exercise are broken: all others can be used.

use std::fs;

use crate::support::{Course, EXERCISES};

const BROKEN: &str = "exercises/01_verdicts/04_fails/Cargo.toml";

/// A fresh course with `text` in place of `old` in the manifest of `fails`.
fn broken(old: &str, text: &str) -> Course {
    let course = Course::new();
    let manifest = fs::read_to_string(course.root.join(BROKEN)).unwrap();
    assert!(manifest.contains(old), "{manifest}");
    fs::write(course.root.join(BROKEN), manifest.replace(old, text)).unwrap();
    course
}

/// Would catch: one typo in the table of one exercise that stops every command.
#[test]
fn a_typo_in_a_table_leaves_out_one_exercise() {
    let course = broken("\"failing-test\"", "\"failing-tset\"");
    for command in [&["list"][..], &["read", "abba"], &["hint", "abba"], &["solution", "abba", "--peek"]] {
        let ran = course.run(command).expect(0);
        let notes: Vec<&str> = ran.stderr.lines().collect();
        assert_eq!(notes.len(), 2, "one line what, one line what to do\n{}", ran.stderr);
        assert!(notes[0].contains(BROKEN) && notes[0].contains("failing-tset"), "{notes:?}");
        assert!(notes[1].starts_with(" help: correct it, or restore it with `git checkout -- exercises/"), "{notes:?}");
    }
    let listed = course.run(&["list"]).expect(0).stdout;
    assert!(listed.lines().any(|line| line.contains("✗ unreadable") && line.contains("04_fails")), "{listed}");
    let json = course.run(&["list", "--json"]).expect(0).json();
    assert_eq!(json["exercises"].as_array().unwrap().len(), EXERCISES - 1);
    assert_eq!(json["unreadable"][0]["path"], "01_verdicts/04_fails");
    for name in ["fails", "04_fails", "01_verdicts/04_fails"] {
        let ran = course.run(&["read", name]).expect(2);
        assert!(ran.stderr.contains(&format!("error: {BROKEN} cannot be used")), "{}", ran.stderr);
    }
}

/// Cargo reads no package then. Would catch: commands that need no cargo and fail, or an error that does not name the
/// file.
#[test]
fn a_manifest_that_cargo_refuses_is_named_and_the_texts_can_still_be_read() {
    let cases = [
        broken("[package]", "[package"),
        broken("interleave.workspace = true", "interleave.workspace = true\nnowhere.workspace = true"),
        broken("name = \"fails\"", ""),
    ];
    for course in cases {
        for command in [&["list"][..], &["read", "abba"], &["hint", "abba"], &["solution", "abba", "--peek"]] {
            let ran = course.run(command).expect(0);
            assert!(ran.stderr.contains(BROKEN), "{command:?}: {}", ran.stderr);
        }
        assert!(course.run(&["list"]).expect(0).stdout.contains("✗ unreadable"));
        for command in [&["run", "abba"][..], &["dev", "verify", "abba"], &["replay", "abba"]] {
            let ran = course.run(command).expect(2);
            let errors: Vec<&str> = ran.stderr.lines().skip(2).collect();
            assert!(errors[0].starts_with("error: cargo compiles no exercise, because exercises/"), "{}", ran.stderr);
            assert!(errors[1].contains(BROKEN) && errors.len() == 2, "{}", ran.stderr);
        }
    }
}

#[test]
fn a_chapter_whose_lesson_is_broken_still_has_its_briefs() {
    let course = Course::new();
    fs::write(course.root.join("exercises/01_verdicts/README.md"), b"\xff\xfe").unwrap();
    let ran = course.run(&["read", "abba"]).expect(0);
    assert!(ran.stderr.contains("exercises/01_verdicts/README.md cannot be read"), "{}", ran.stderr);
    assert!(ran.stdout.contains("edit exercises/01_verdicts/20_abba/src/lib.rs"), "{}", ran.stdout);
}
