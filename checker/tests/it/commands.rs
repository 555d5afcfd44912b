//! Exit code, standard output, standard error.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use snapbox::{assert_data_eq, str};

use crate::support::{Course, EXERCISES, run};

const SOLVED: &str = r#"{"schema":1,"exercises":{"abba":{"solved":true,"first_solved_at":9,"attempts":3}}}"#;

#[test]
fn an_unknown_name_is_answered_with_the_nearest_one() {
    let course = Course::new();
    for command in ["run", "hint", "read", "solution", "reset"] {
        let ran = course.run(&[command, "abbba"]).expect(2);
        assert_data_eq!(
            ran.stderr,
            str![[r#"
error: there is no exercise `abbba`
 help: did you mean `abba`? `cargo checker list` shows all of them

"#]]
        );
        assert_eq!(ran.stdout, "");
    }
}

#[test]
#[cfg(unix)]
fn outside_a_course_the_error_says_what_was_looked_for() {
    let course = Course::new();
    let ran = run(course.checker(&["list"]).current_dir("/")).expect(2);
    assert_data_eq!(
        ran.stderr,
        str![[r#"
error: no Cargo.toml with a `[workspace.metadata.course]` table in / or above it
 help: go to the folder that you cloned the exercises into

"#]]
    );
}

#[test]
fn commands_work_from_any_folder_and_with_any_name_of_an_exercise() {
    let course = Course::new();
    for name in ["abba", "20_abba", "01_verdicts/20_abba"] {
        let ran =
            run(course.checker(&["read", name]).current_dir(course.root.join("exercises/01_verdicts/01_passes/src")));
        assert_data_eq!(
            ran.expect(0).stdout,
            str![[r#"
# Verdicts

The lesson of this chapter.

# Two locks ★

Make both ways safe.

edit exercises/01_verdicts/20_abba/src/lib.rs

"#]]
        );
    }
}

/// A folder with only these tools and what a linker needs.
#[cfg(unix)]
fn only_with(tools: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    for tool in tools {
        let found = std::env::split_paths(&path).map(|dir| dir.join(tool)).find(|path| path.exists());
        std::os::unix::fs::symlink(found.unwrap(), dir.path().join(tool)).unwrap();
    }
    dir
}

#[cfg(unix)]
fn script(dir: &std::path::Path, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(dir.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(dir.join(name), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
#[cfg(unix)]
fn without_cargo_the_error_says_how_to_install_it() {
    let course = Course::new();
    let empty = only_with(&[]);
    for command in [&["list"][..], &["run", "passes"]] {
        let ran = run(course.checker(command).env("PATH", empty.path()).env_remove("CARGO")).expect(2);
        assert!(ran.stderr.contains("was not found") && ran.stderr.contains("https://rustup.rs"), "{}", ran.stderr);
    }
}

#[test]
#[cfg(unix)]
fn an_old_compiler_is_refused() {
    let course = Course::new();
    let old = only_with(&["cargo", "rustc"]);
    script(old.path(), "clippy-driver", "echo 'clippy 0.1.80 (aa 2024-07-01)'");
    let ran = run(course.checker(&["run", "passes"]).env("PATH", old.path())).expect(2);
    assert_data_eq!(
        ran.stderr,
        str![[r#"
error: Rust 1.80 is too old: the exercises need 1.95 or newer
 help: run `rustup update`

"#]]
    );
}

#[test]
#[cfg(unix)]
fn without_clippy_everything_works_except_lints() {
    let course = Course::to_build();
    let tools = only_with(&["cargo", "rustc", "cc", "ld", "sh"]);
    let ran = run(course.checker(&["run", "lint", "--json"]).env("PATH", tools.path())).expect(0);
    assert!(ran.stderr.contains("rustup component add clippy"), "{}", ran.stderr);
    let verdict = ran.json();
    assert_eq!((&verdict["kind"], &verdict["lints_checked"]), (&"passed".into(), &false.into()));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let course = Course::new();
    for arguments in [&["fly"][..], &["run", "--fast"], &["reset"], &["run", "a", "--all"], &["completions", "cmd"]] {
        let ran = course.run(arguments).expect(2);
        assert!(ran.stderr.starts_with("error: ") && ran.stdout.is_empty(), "{}", ran.stderr);
    }
    assert!(course.run(&["--help"]).expect(0).stdout.contains("Usage: cargo checker"));
    assert!(course.run(&["completions", "bash"]).expect(0).stdout.contains("_checker()"));
}

#[test]
fn the_list_can_be_filtered_and_read_by_machines() {
    let course = Course::new();
    course.write_progress(SOLVED);
    let all = course.run(&["list", "--json"]).expect(0).json();
    assert_eq!((all["schema"].as_u64(), all["exercises"].as_array().unwrap().len()), (Some(1), EXERCISES));
    let first = &all["exercises"][0];
    assert_eq!(
        (&first["name"], &first["state"], &first["current"]),
        (&"passes".into(), &"pending".into(), &true.into())
    );
    let done = course.run(&["list", "--done", "--json"]).expect(0).json();
    assert_data_eq!(
        format!("{:#}\n", done["exercises"]),
        str![[r#"
[
  {
    "attempts": 3,
    "chapter": "01_verdicts",
    "concepts": [],
    "current": false,
    "due": null,
    "explored": true,
    "first_solved_at": 9,
    "grade": 1,
    "hints_seen": 0,
    "name": "abba",
    "packages": [],
    "path": "01_verdicts/20_abba",
    "peeked": false,
    "points": 1,
    "starts": "deadlock",
    "state": "solved",
    "title": "Abba"
  }
]

"#]]
    );
    let pending = course.run(&["list", "--pending"]).expect(0).stdout;
    assert!(!pending.contains("20_abba") && pending.ends_with(&format!("1 of {EXERCISES} solved\n")), "{pending}");
}

#[test]
fn each_hint_shows_the_next_level_up_to_the_last() {
    let course = Course::new();
    for (level, hint) in [(1, "Who waits"), (2, "Compare"), (3, "Take `left`"), (3, "Take `left`")] {
        let shown = course.run(&["hint", "abba"]).expect(0).stdout;
        assert!(shown.starts_with(&format!("hint {level} of 3 · abba\n")) && shown.contains(hint), "{shown}");
        assert_eq!(course.progress()["exercises"]["abba"]["hints_seen"], level);
    }
}

/// Would catch: a read-only command that repairs, creates or touches a file.
#[test]
fn reading_changes_no_state() {
    let course = Course::new();
    let commands = [&["list"][..], &["read", "abba"], &["hint", "abba", "--all"], &["list", "--json"]];
    for command in commands {
        course.run(command).expect(0);
    }
    assert!(!course.root.join(".checker").exists());
    course.write_progress(SOLVED);
    for command in commands.into_iter().chain([&["solution", "abba"][..]]) {
        course.run(command).expect(0);
    }
    assert_eq!(fs::read_to_string(course.progress_file()).unwrap(), SOLVED);
    assert_eq!(fs::read_dir(course.root.join(".checker")).unwrap().count(), 1);
}

#[test]
fn the_solution_is_shown_only_after_success_unless_peeking() {
    let course = Course::new();
    let ran = course.run(&["solution", "abba"]).expect(2);
    assert_data_eq!(
        ran.stderr,
        str![[r#"
error: `abba` is not solved yet, so its solution is not shown
 help: solve it, or say `cargo checker solution abba --peek`

"#]]
    );
    assert_eq!(ran.stdout, "");
    let peeked = course.run(&["solution", "abba", "--peek"]).expect(0).stdout;
    assert!(peeked.contains("One order, no cycle.\n\n--- yours\n+++ the solution\n@@ "), "{peeked}");
    assert!(peeked.contains("\n+        let mut left = self.left.lock().unwrap();\n"), "{peeked}");
    assert_eq!(course.progress()["exercises"]["abba"]["peeked"], true);
}

/// Would catch: a reset that loses work, or an undo that loses later changes.
#[test]
fn a_reset_loses_nothing() {
    let course = Course::new();
    let (source, starter) = (course.source("20_abba"), fs::read(course.source("20_abba")).unwrap());
    assert!(course.run(&["reset", "abba"]).expect(0).stdout.contains("is the starter already"));
    course.run(&["reset", "abba", "--undo"]).expect(2);

    let work = b"my work, \xff not even UTF-8";
    fs::write(&source, work).unwrap();
    let said = course.run(&["reset", "abba"]).expect(0).stdout;
    assert!(said.contains("kept as .checker/backup/abba/") && said.contains("--undo"), "{said}");
    assert_eq!(fs::read(&source).unwrap(), starter);
    fs::write(&source, "newer work").unwrap();
    course.run(&["reset", "abba", "--undo"]).expect(0);
    assert_eq!(fs::read(&source).unwrap(), work);
    course.run(&["reset", "abba", "--undo"]).expect(0);
    assert_eq!(fs::read_to_string(&source).unwrap(), "newer work");
    fs::remove_file(&source).unwrap();
    course.run(&["reset", "abba"]).expect(0);
    assert_eq!(fs::read(&source).unwrap(), starter);
}

#[test]
fn a_damaged_progress_file_is_kept_and_reported() {
    let course = Course::new();
    course.write_progress("{ damaged");
    let ran = course.run(&["list"]).expect(0);
    assert!(ran.stderr.contains("is damaged"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(course.progress_file()).unwrap(), "{ damaged");
    let ran = course.run(&["hint", "abba"]).expect(0);
    assert!(ran.stderr.contains("progress.json.damaged-1"), "{}", ran.stderr);
    let aside = course.root.join(".checker/progress.json.damaged-1");
    assert_eq!(fs::read_to_string(aside).unwrap(), "{ damaged");
    assert_eq!(course.progress()["exercises"]["abba"]["hints_seen"], 1);
}

#[test]
fn a_newer_progress_file_is_ignored_and_never_written() {
    let course = Course::new();
    let newer = r#"{"schema":7,"exercises":{}}"#;
    course.write_progress(newer);
    let ran = course.run(&["list"]).expect(0);
    assert!(ran.stderr.contains("newer checker (schema 7)"), "{}", ran.stderr);
    for command in [&["hint", "abba"][..], &["run", "passes"], &["solution", "abba", "--peek"], &["watch"]] {
        let ran = course.run(command).expect(2);
        assert!(ran.stderr.contains("cargo checker update"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(course.progress_file()).unwrap(), newer);
}

#[test]
fn progress_that_cannot_be_saved_does_not_change_the_exit_code() {
    let course = Course::to_build();
    // This file blocks the creation of the folder. Unlike a read-only folder, that stops root as well.
    fs::write(course.root.join(".checker"), "").unwrap();
    let ran = course.run(&["run", "passes"]).expect(0);
    assert!(ran.stderr.contains("note: progress is not saved: "), "{}", ran.stderr);
    assert!(ran.stdout.contains("passed · passes"), "{}", ran.stdout);
    let hint = course.run(&["hint", "abba"]).expect(0);
    assert!(hint.stdout.starts_with("hint 1 of 3"), "{}", hint.stdout);
}

#[test]
fn a_closed_output_pipe_is_not_an_error() {
    let course = Course::new();
    let mut child =
        course.checker(&["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

/// Would catch: colours in a pipe, or colours that the user has turned off.
#[test]
fn colour_follows_the_flag_then_the_environment_then_the_terminal() {
    let course = Course::new();
    let coloured = |arguments: &[&str], variable: &str| {
        run(course.checker(arguments).env(variable, "1")).expect(0).stdout.contains('\x1b')
    };
    assert!(!coloured(&["list"], "UNRELATED"));
    assert!(coloured(&["list"], "CLICOLOR_FORCE"));
    assert!(coloured(&["list", "--color=always"], "NO_COLOR"));
    assert!(!coloured(&["list", "--color=never"], "CLICOLOR_FORCE"));
    assert!(!coloured(&["list"], "NO_COLOR"));
}
