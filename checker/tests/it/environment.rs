//! Faults of the machine: exit code 2, the cause, and what to do about it. They never lead to a verdict on the
//! learner's code.

use std::fs;

use crate::support::{Course, Ran, run};
use crate::toys::Toys;

/// Runs the toy `alpha`, whose source is `// WHAT`.
fn run_alpha(toys: &Toys, what: &str) -> Ran {
    toys.save("alpha", what);
    run(&mut toys.checker(&["run", "alpha"]))
}

/// A compiler error in `package`, with or without a place in its source.
fn message(package: &str, text: &str, place: Option<&str>) -> String {
    let spans =
        place.map_or(String::new(), |file| format!(r#"{{"file_name":"{file}","line_start":1,"is_primary":true}}"#));
    let package = format!("path+file:///toys#{package}@0.1.0");
    format!(
        r#"{{"reason":"compiler-message","package_id":"{package}","message":{{"message":"{text}","code":null,"level":"error","spans":[{spans}],"rendered":"error: {text}\n"}}}}"#
    ) + "\n"
}

/// Would catch: the verdict "does not compile" for code that this machine could not compile.
#[test]
fn only_an_error_placed_in_the_exercises_own_package_is_a_verdict() {
    let toys = Toys::new();
    let own = Some("src/lib.rs");
    let full = "No space left on device (os error 28)";
    for (messages, said, cause, help) in [
        (String::new(), format!("error: failed to write `/t/x.d`\n\nCaused by:\n  {full}\n"), "the disk is full", "free some"),
        (message("alpha", &format!("failed to write /t/x.rmeta: {full}"), None), String::new(), "the disk is full", "free some"),
        (message("alpha", &format!("couldn't create a temp dir: {full}"), own), String::new(), "the disk is full", "free some"),
        (message("alpha", "linking with `cc` failed: Bus error", None), String::new(), "Bus error", "free space"),
        (message("alpha", "linker `cc` not found", None), String::new(), "the linker", "C compiler"),
        (message("alpha", "/t/libm.so: failed to map segment from shared object", own), String::new(), "cannot be started", "noexec"),
        (
            String::new(),
            "error: failed to run custom build command\n\nCaused by:\n  could not execute process `/t/build-script-build` \
             (never executed)\n\nCaused by:\n  Permission denied (os error 13)\n"
                .to_owned(),
            "cannot be started",
            "noexec",
        ),
        (
            String::new(),
            "error: could not execute process `sccache rustc -vV` (never executed)\n\nCaused by:\n  No such file\n".to_owned(),
            "a program that does not exist",
            "RUSTC_WRAPPER",
        ),
        (message("alpha", "can't find crate for `core`", own), String::new(), "the standard library", "target"),
        (message("alpha", "building tests with panic=abort is not supported", None), String::new(), "panic=abort", "flags"),
        (
            message("kit", "can't find crate for `kit_macros`", Some("kit/src/lib.rs")),
            String::new(),
            "cannot be loaded",
            "noexec",
        ),
        (message("tokio", "mismatched types", Some("tokio/src/lib.rs")), String::new(), "mismatched types", "your code was not"),
        (String::new(), "error: something new\n".to_owned(), "something new", "your code was not"),
    ] {
        toys.cargo_says(&messages, &said);
        let ran = run_alpha(&toys, "cargo-says").expect(2);
        assert!(ran.stderr.contains(cause) && ran.stderr.contains(help), "{cause}, {help}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{cause}");
    }
    toys.cargo_says(&message("alpha", "cannot find function `download` with linker `x`", own), "");
    let ran = run_alpha(&toys, "cargo-says").expect(1);
    assert!(ran.stdout.contains("does not compile · alpha: cannot find function"), "{}", ran.stdout);
    let progress = fs::read_to_string(toys.root.join(".checker/progress.json")).unwrap();
    assert!(progress.contains("\"attempts\": 2"), "only the last one was an attempt: {progress}");
}

/// Would catch: a test that could not start, or whose result is unknown, reported as one that ends too early.
#[test]
fn a_test_that_could_not_run_gets_no_verdict() {
    let toys = Toys::new();
    let ran = run_alpha(&toys, "not-executable").expect(2);
    assert!(ran.stderr.contains("could not be started") && ran.stderr.contains("noexec"), "{}", ran.stderr);
    let ran = run_alpha(&toys, "no-report").expect(2);
    assert!(ran.stderr.contains("the disk is full"), "{}", ran.stderr);
    fs::remove_dir_all(toys.root.join("tmp")).unwrap();
    let ran = run_alpha(&toys, "right").expect(2);
    assert!(ran.stderr.contains("no folder for the reports") && ran.stderr.contains("set TMPDIR"), "{}", ran.stderr);
}

/// Would catch: a setting that is ignored in only one of the places where it can be set, or ignored without a note.
#[test]
fn settings_that_change_verdicts_are_ignored_and_named() {
    let toys = Toys::new();
    toys.save("alpha", "right");
    let last = || fs::read_to_string(toys.root.join("toys/settings")).unwrap().lines().last().unwrap().to_owned();
    let flags = "-D warnings -C link-arg=-s -C panic=abort";
    let ran = run(toys.checker(&["run", "alpha"]).env("RUSTFLAGS", flags)).expect(0);
    assert_eq!(last(), "target= flags=-C\x1flink-arg=-s");
    assert!(ran.stderr.contains("note: RUSTFLAGS sets `-D warnings -C panic=abort`"), "{}", ran.stderr);
    let config = toys.root.join(".cargo/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(&config, "[build]\ntarget = \"wasm32-wasip1\"\nrustflags = [\"--cap-lints\", \"allow\"]\n").unwrap();
    let ran = run(toys.checker(&["run", "alpha"]).env_remove("RUSTFLAGS")).expect(0);
    assert_eq!(last(), "target=host-tuple flags=");
    assert_eq!(ran.stderr.matches(&*config.to_string_lossy()).count(), 2, "{}", ran.stderr);
    let ran = run(toys.checker(&["run", "alpha"]).current_dir(toys.root.join("exercises"))).expect(0);
    assert!(ran.stderr.contains("wasm32-wasip1"), "{}", ran.stderr);
}

/// Would catch: a flag set outside the course that turns a warning into an error.
#[test]
fn flags_do_not_turn_a_warning_into_an_error() {
    let course = Course::to_build();
    let warned = "pub fn answer() -> u32 {\n    let unused = 1;\n    42\n}\n";
    fs::write(course.source("01_passes"), warned).unwrap();
    let ran = run(course.checker(&["run", "passes"]).env("RUSTFLAGS", "-D warnings")).expect(0);
    assert!(ran.stdout.contains("passed · passes"), "{}", ran.stdout);
    assert!(ran.stderr.contains("RUSTFLAGS sets `-D warnings`"), "{}", ran.stderr);
}

/// Would catch: advice to fix a manifest that is fine.
#[test]
fn a_missing_toolchain_is_reported_with_the_advice_of_rustup() {
    let toys = Toys::new();
    let said = "error: toolchain '1.80.0' is not installed\nhelp: run `rustup toolchain install` to install it\n";
    toys.program("cargo", &format!("#!/bin/sh\nprintf '%s' \"{}\" >&2\nexit 1\n", said.replace('`', "\\`")));
    let asks = toys.root.join("rust-toolchain.toml");
    fs::write(&asks, "[toolchain]\nchannel = \"1.80.0\"\n").unwrap();
    let ran = run(toys.checker(&["run", "alpha"]).env_remove("RUSTUP_TOOLCHAIN")).expect(2);
    let expected = format!(
        "error: toolchain '1.80.0' is not installed; {} asks for it\n help: run `rustup toolchain install` to install it\n",
        asks.display()
    );
    assert_eq!(ran.stderr, expected);
    let ran = run(toys.checker(&["run", "alpha"]).env("RUSTUP_TOOLCHAIN", "1.80.0")).expect(2);
    assert!(ran.stderr.contains("RUSTUP_TOOLCHAIN asks for 1.80.0"), "{}", ran.stderr);
}

/// Would catch: a diff in every line because an editor uses other line endings.
#[test]
fn other_line_endings_are_not_a_difference_to_the_solution() {
    let course = Course::new();
    let changed = |course: &Course| {
        let shown = course.run(&["solution", "abba", "--peek"]).expect(0).stdout;
        shown.lines().filter(|line| line.starts_with(['-', '+'])).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = changed(&course);
    assert!(!before.is_empty());
    let source = course.source("20_abba");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace('\n', "\r\n")).unwrap();
    assert_eq!(changed(&course), before);
}
