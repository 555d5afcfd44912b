//! Known causes of errors outside the code: how tools report them, and what to do about them.
//!
//! Cargo, the compiler and the linker report these only in words, so their messages have to be searched; only here.

use super::UserError;

/// The advice if programs cannot be started.
pub const MAY_NOT_RUN: &str =
    "is the disk mounted with `noexec`? Set CARGO_TARGET_DIR to a folder in which programs may run";

/// Parts of messages, their meaning, and the advice. The first match counts.
const CAUSES: [(&[&str], &str, &str); 11] = [
    (
        &["No space left on device", "not enough space on the disk", "Disk quota exceeded"],
        "the disk is full",
        "free some space, for instance with `cargo clean`, and check again",
    ),
    (
        // Writing to a mapped file on a full disk raises this signal, without any other message.
        &["Bus error", "SIGBUS"],
        "a tool crashed while it wrote a file, which usually means that the disk is full",
        "look at the free space of the disk that the build folder lies on, and check again",
    ),
    (
        &["failed to map segment", "build-script-build` (never executed)"],
        "a program in the build folder cannot be started",
        MAY_NOT_RUN,
    ),
    (
        &["(never executed)"],
        "cargo is configured to start a program that does not exist",
        "look for `rustc-wrapper` and `linker` in cargo's configuration, and for RUSTC_WRAPPER in your environment",
    ),
    (
        &["Read-only file system", "Permission denied", "Access is denied"],
        "the build folder cannot be written",
        "make it yours, or set CARGO_TARGET_DIR to a folder that you may write",
    ),
    (
        &["Cannot allocate memory", "memory allocation of", "SIGKILL"],
        "there is not enough memory to compile",
        "close other programs, or set CARGO_BUILD_JOBS=1, and check again",
    ),
    (
        &["linker `"],
        "the linker, with which Rust makes programs, does not work",
        "install a C compiler (https://www.rust-lang.org/tools/install says which), and check again",
    ),
    (
        &["can't find crate for `std`", "can't find crate for `core`", "can't find crate for `test`"],
        "the standard library is not installed for the target that is built",
        "unset the target in cargo's configuration, or add it with `rustup target add`",
    ),
    (
        // A macro is a library that the compiler loads, so the disk must allow programs to run.
        &["can't find crate for"],
        "a library in the build folder cannot be loaded",
        MAY_NOT_RUN,
    ),
    (
        &["building tests with panic=abort"],
        "a compiler flag sets `panic=abort`, with which no test can be built",
        "remove it from your flags",
    ),
    (
        &["offline", "download", "network"],
        "cargo has to fetch packages, and could not",
        "connect to the network once, and check again",
    ),
];

/// Signs in compiler errors about the system that nevertheless have a place in the code: the place where a library is used
/// that cannot be loaded.
const NEVER_THE_CODES: [&str; 4] =
    ["failed to map segment", "No space left on device", "can't find crate for `std`", "can't find crate for `core`"];

/// Whether the compiler's message `said` is about the system, whatever place it names.
pub fn is_never_the_codes(said: &str) -> bool {
    NEVER_THE_CODES.iter().any(|sign| said.contains(sign))
}

/// The cause of a tool's error message `said`, if it is known.
pub fn known(said: &str) -> Option<UserError> {
    let (_, what, help) = CAUSES.iter().find(|(signs, ..)| signs.iter().any(|sign| said.contains(sign)))?;
    Some(UserError::new(format!("{what}: {}", telling(said)), *help))
}

/// The most informative line of `said`.
fn telling(said: &str) -> &str {
    let signs = CAUSES.iter().flat_map(|(signs, ..)| *signs);
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let with_sign = signs.filter_map(|sign| lines().find(|line| line.contains(sign))).next();
    let line = with_sign.or_else(|| lines().next()).unwrap_or_default();
    line.trim_start_matches("error: ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error;

    #[test]
    fn the_cause_is_named_with_the_line_that_shows_it() {
        let said = "error: failed to write `/t/abba.d`\n\nCaused by:\n  No space left on device (os error 28)\n";
        assert_eq!(
            error::describe(&known(said).unwrap().into()),
            "error: the disk is full: No space left on device (os error 28)\n help: free some space, for instance with \
             `cargo clean`, and check again"
        );
        assert!(known("error: no matching package named `x` found").is_none());
    }
}
