//! Whether a compile error is in the learner's code or in the environment.
//!
//! Only an error with a place in the learner's own package is the learner's. Any other error comes from the machine or
//! its configuration, and leads to no verdict on the code.

use crate::error::{UserError, causes};
use crate::verdict::Diagnostic;

/// Where the cause of an error lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Learner,
    Environment,
}

/// The package in which an error occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// That of the exercise.
    Exercise,
    Other,
}

pub fn of(error: &Diagnostic, package: Package) -> Fault {
    match (package, &error.place) {
        (Package::Exercise, Some(_)) if !causes::is_never_the_codes(&error.message) => Fault::Learner,
        _ => Fault::Environment,
    }
}

/// The error to report for a diagnostic that is not the learner's fault.
pub fn foreign(error: &Diagnostic) -> anyhow::Error {
    cargo_error(&error.rendered)
}

/// The error to report if cargo failed for a reason other than the code.
pub fn cargo_error(said: &str) -> anyhow::Error {
    let unknown = || {
        let said = said.trim().trim_start_matches("error: ");
        UserError::new(format!("cargo failed: {said}"), "see what cargo says above; your code was not looked at")
    };
    causes::known(said).unwrap_or_else(unknown).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::describe;
    use crate::verdict::Level;
    use trace::Place;

    fn error(rendered: &str, place: Option<&str>) -> Diagnostic {
        Diagnostic {
            level: Level::Error,
            code: None,
            message: rendered.to_owned(),
            place: place.map(|file| Place { file: file.to_owned(), line: 1 }),
            rendered: rendered.to_owned(),
        }
    }

    #[test]
    fn only_an_error_placed_in_the_exercises_package_is_the_learners() {
        let (placed, unplaced) = (Some("src/lib.rs"), None);
        for (said, place, package, fault) in [
            ("mismatched types", placed, Package::Exercise, Fault::Learner),
            ("cannot find function `download`, or a linker `x`", placed, Package::Exercise, Fault::Learner),
            ("mismatched types", placed, Package::Other, Fault::Environment),
            ("linking with `cc` failed", unplaced, Package::Exercise, Fault::Environment),
            ("libm.so: failed to map segment from shared object", placed, Package::Exercise, Fault::Environment),
            ("can't find crate for `std`", placed, Package::Exercise, Fault::Environment),
        ] {
            assert_eq!(of(&error(said, place), package), fault, "{said}");
        }
    }

    #[test]
    fn an_unknown_error_is_reported_in_cargos_words() {
        let said = describe(&foreign(&error("error: the sky fell\n", None)));
        assert!(said.starts_with("error: cargo failed: the sky fell\n help: "), "{said}");
    }
}
