//! Whose fault it is that something does not compile.
//!
//! Only an error with a place in the learner's own package is the learner's. Anything else comes from the machine or from
//! how it is set up, and is no verdict about the code.

use crate::error::{UserError, causes};
use crate::verdict::Diagnostic;

/// Whose it is to put an error right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Learner,
    Environment,
}

/// In which package an error arose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// That of the exercise.
    Exercise,
    Other,
}

/// What the compiler says about the system at a place in the learner's file: where a library is used that it cannot load.
const SYSTEM: [&str; 4] =
    ["failed to map segment", "No space left on device", "can't find crate for `std`", "can't find crate for `core`"];

pub fn of(error: &Diagnostic, package: Package) -> Fault {
    let is_of_system = SYSTEM.iter().any(|sign| error.message.contains(sign));
    match (package, &error.place) {
        (Package::Exercise, Some(_)) if !is_of_system => Fault::Learner,
        _ => Fault::Environment,
    }
}

/// What to say of an error that is not the learner's.
pub fn foreign(error: &Diagnostic) -> anyhow::Error {
    cargo_error(&error.rendered)
}

/// What to say if cargo failed, and not because of the code.
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
    fn only_an_error_with_a_place_in_the_own_package_is_the_learners() {
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
    fn an_unknown_error_is_passed_on_in_cargos_words() {
        let said = describe(&foreign(&error("error: the sky fell\n", None)));
        assert!(said.starts_with("error: cargo failed: the sky fell\n help: "), "{said}");
    }
}
