//! `cargo checker doctor`: every check finds what it is for.

use std::fs;

use serde_json::Value;

use crate::support::{Course, Ran, run};

/// What the check `name` found, and its help.
fn finding(ran: &Ran, name: &str) -> (bool, String, String) {
    let document = ran.json();
    let found = document["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap().clone();
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (found["good"] == Value::Bool(true), text("found"), text("help"))
}

#[track_caller]
fn is_bad(ran: &Ran, name: &str, what: &str, advice: &str) {
    let (good, found, help) = finding(ran, name);
    assert!(!good && found.contains(what) && help.contains(advice), "{name}: {found}; {help}");
    assert_eq!((ran.json()["good"].as_bool(), ran.code), (Some(false), Some(2)));
}

/// The settings of this repository.
fn write_settings(course: &Course) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for file in [".vscode/settings.json", ".zed/settings.json", ".helix/languages.toml"] {
        fs::create_dir_all(course.root.join(file).parent().unwrap()).unwrap();
        fs::copy(root.join(file), course.root.join(file)).unwrap();
    }
}

#[test]
fn on_a_machine_that_has_everything_each_line_is_good() {
    let course = Course::new();
    write_settings(&course);
    let ran = course.run(&["doctor"]).expect(0);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.len() == 11 && lines.iter().all(|line| line.starts_with("✓ ok  ")), "{}", ran.stdout);
    assert!(ran.stdout.contains("23 in ") && ran.stdout.contains("noticed after"), "{}", ran.stdout);
    let left: Vec<_> = fs::read_dir(course.root.join(".checker")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Would catch: a check that is good whatever is the case.
#[test]
fn what_is_missing_is_found_and_comes_with_advice() {
    let course = Course::new();
    let tools = tempfile::tempdir().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    for tool in ["cargo", "rustc"] {
        let found = std::env::split_paths(&path).map(|dir| dir.join(tool)).find(|path| path.exists());
        std::os::unix::fs::symlink(found.unwrap(), tools.path().join(tool)).unwrap();
    }
    fs::write(course.root.join(".checker"), "in the way of the folder").unwrap();
    let manifest = course.root.join("exercises/01_verdicts/20_abba/Cargo.toml");
    fs::write(&manifest, "[package\n").unwrap();
    let ran = run(course.checker(&["doctor", "--json"]).env("PATH", tools.path()).env("RUSTFLAGS", "-D warnings"));
    is_bad(&ran, "clippy", "not installed", "rustup component add clippy");
    is_bad(&ran, "git", "git was not found", "https://git-scm.com");
    is_bad(&ran, "exercises", "20_abba/Cargo.toml", "git checkout -- exercises/01_verdicts/20_abba/Cargo.toml");
    is_bad(&ran, "folder", "cannot be written", "move the course");
    is_bad(&ran, "saves", "", "move the course");
    is_bad(&ran, "editor", ".vscode/settings.json is missing", "git restore .vscode/settings.json");
    is_bad(&ran, "build", "linker", "C compiler");
    assert!(finding(&ran, "settings").1.contains("RUSTFLAGS sets `-D warnings`"));
    assert!(finding(&ran, "compiler").0 && finding(&ran, "space").0, "{}", ran.stdout);
}

#[test]
fn an_old_compiler_and_an_old_editor_setting_are_found() {
    use std::os::unix::fs::PermissionsExt as _;
    let course = Course::new();
    write_settings(&course);
    let helix = course.root.join(".helix/languages.toml");
    let text = fs::read_to_string(&helix).unwrap();
    fs::write(&helix, text.replace("targetDir = true", "targetDir = false")).unwrap();
    let tools = tempfile::tempdir().unwrap();
    let clippy = tools.path().join("clippy-driver");
    fs::write(&clippy, "#!/bin/sh\necho 'clippy 0.1.80 (aa 2024-07-01)'\n").unwrap();
    fs::set_permissions(&clippy, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
    let ran = run(course.checker(&["doctor", "--json"]).env("PATH", path));
    is_bad(&ran, "compiler", "Rust 1.80 is too old", "rustup update");
    is_bad(&ran, "editor", ".helix/languages.toml does not set `cargo.targetDir` to true", "git restore");
}
