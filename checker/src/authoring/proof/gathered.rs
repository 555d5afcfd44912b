//! Several answers to one exercise in one package: each of them is a module of the same test binary.
//!
//! A proof spends most of its time on compiling what the tests of all answers have in common.

use std::fmt::Write as _;

/// The module of the answer `name`: `rejected_sleep`.
pub fn module(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The module of the tests of the answer in `module`, as libtest prints it.
pub fn tests(module: &str) -> String {
    format!("tests_of_{module}::")
}

/// The targets of a package with one answer. The library has the exercise's name, which the tests use.
pub fn library(exercise: &str) -> String {
    format!("[lib]\nname = {:?}\n", crate_name(exercise))
}

/// The targets of a package with several answers: one for each test file of the exercise.
pub fn targets(files: &[&str]) -> String {
    files.iter().fold(String::new(), |mut targets, file| {
        let _ = write!(targets, "[[test]]\nname = {:?}\npath = {file:?}\n", file.trim_end_matches(".rs"));
        targets
    })
}

/// The root of the test binary for the exercise's test file `file`.
pub fn root(modules: impl Iterator<Item = String>, file: &str) -> String {
    modules.fold("#![allow(dead_code)]\n".to_owned(), |mut root, module| {
        let _ = write!(
            root,
            "#[path = \"{module}/src/lib.rs\"]\npub mod {module};\n#[path = \"{module}/tests/{file}\"]\nmod tests_of_{module};\n"
        );
        root
    })
}

/// The tests of `exercise`, changed to use the answer in `module`. Line numbers stay the same.
pub fn with_module(tests: &str, exercise: &str, module: &str) -> String {
    let name = format!("{}::", crate_name(exercise));
    let is_part_of_a_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut changed = String::with_capacity(tests.len());
    let mut rest = tests;
    while let Some(at) = rest.find(&name) {
        let (before, found) = rest.split_at(at);
        changed.push_str(before);
        if changed.chars().next_back().is_some_and(is_part_of_a_name) {
            changed.push_str(&name);
        } else {
            let _ = write!(changed, "crate::{module}::");
        }
        rest = &found[name.len()..];
    }
    changed + rest
}

/// Whether `source`, which is a crate, can be turned into a module.
pub fn can_be_a_module(source: &str) -> bool {
    !["crate::", "#![no_", "#![feature", "macro_export"].iter().any(|part| source.contains(part))
}

fn crate_name(exercise: &str) -> String {
    exercise.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_use_the_answer_in_their_module() {
        let tests =
            "use abba::{Shop};\nuse other_abba::X;\n/// abba is here\nfn t() { abba::run(); self::abba::run() }\n";
        assert_eq!(
            with_module(tests, "abba", "rejected_sleep"),
            "use crate::rejected_sleep::{Shop};\nuse other_abba::X;\n/// abba is here\nfn t() { crate::rejected_sleep::run(); self::abba::run() }\n"
        );
    }

    #[test]
    fn a_root_has_two_modules_for_each_answer() {
        let root = root(["a", "b"].map(str::to_owned).into_iter(), "abba.rs");
        assert_eq!(root.matches("pub mod").count(), 2);
        assert!(root.contains("#[path = \"b/tests/abba.rs\"]\nmod tests_of_b;"), "{root}");
        assert_eq!(tests(&module("rejected/sleep-well")), "tests_of_rejected_sleep_well::");
    }

    #[test]
    fn a_source_that_names_its_crate_cannot_be_a_module() {
        assert!(can_be_a_module("#![forbid(unsafe_code)]\nuse std::sync::Mutex;"));
        assert!(!can_be_a_module("use crate::Shop;"));
    }
}
