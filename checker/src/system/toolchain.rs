//! The installed compiler, and whether clippy is installed.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::error::UserError;

/// The oldest supported minor version of Rust 1.
const OLDEST: u32 = 95;

/// The installed tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// Without clippy, everything works except lints.
    pub clippy: bool,
}

impl Toolchain {
    /// Runs the tools to find out: a proxy of rustup may exist without its tool.
    pub fn find() -> Result<Toolchain> {
        // Clippy's version implies the compiler's, so one call is enough if both are installed.
        let (minor, clippy) = match ask("clippy-driver").and_then(|answer| minor_version(&answer)) {
            Some(minor) => (minor, true),
            None => (rustc_minor()?, false),
        };
        if minor < OLDEST {
            return Err(UserError::new(
                format!("Rust 1.{minor} is too old: the exercises need 1.{OLDEST} or newer"),
                "run `rustup update`",
            )
            .into());
        }
        Ok(Toolchain { clippy })
    }

    /// A note if something is missing.
    pub fn note(self) -> Option<&'static str> {
        (!self.clippy)
            .then_some("note: clippy is not installed, so lints are not checked; `rustup component add clippy` adds it")
    }
}

/// The version of the compiler, such as `rustc 1.95.0 (…)`.
pub fn version() -> Option<String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    ask(&rustc).map(|answer| answer.trim().to_owned())
}

/// The cargo to use: the one that started the checker, if any.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The build folder of the course at `root`.
pub fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

/// The error to report if cargo could not be started.
pub fn cargo_failed(error: std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        not_found("cargo").into()
    } else {
        anyhow::Error::new(error).context("cargo could not be started")
    }
}

/// What is missing, if `said` is rustup's message in place of a tool that was started in `dir`.
pub fn missing(said: &str, dir: &Path) -> Option<UserError> {
    let line = said.lines().find(|line| line.contains("is not installed"))?;
    let help =
        said.lines().find_map(|line| line.trim().strip_prefix("help: ")).unwrap_or("run `rustup toolchain install`");
    let asks = match std::env::var("RUSTUP_TOOLCHAIN") {
        Ok(name) => Some(format!("RUSTUP_TOOLCHAIN asks for {name}")),
        Err(_) => asking_file(dir).map(|file| format!("{} asks for it", file.display())),
    };
    let what = asks.into_iter().fold(line.trim_start_matches("error: ").to_owned(), |what, asks| what + "; " + &asks);
    Some(UserError::new(what, help))
}

/// The file that selects the toolchain in `dir`.
fn asking_file(dir: &Path) -> Option<PathBuf> {
    let names = ["rust-toolchain", "rust-toolchain.toml"];
    dir.ancestors().flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file())
}

fn not_found(tool: &str) -> UserError {
    UserError::new(format!("{tool} was not found"), "install Rust from https://rustup.rs, then open a new terminal")
}

fn rustc_minor() -> Result<u32> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let answer = ask(&rustc).ok_or_else(|| not_found("rustc"))?;
    minor_version(&answer).ok_or_else(|| {
        UserError::new(
            format!("`{rustc} --version` answers `{}`, which is not understood", answer.trim()),
            "install Rust from https://rustup.rs",
        )
        .into()
    })
}

/// The output of `tool --version`, if it succeeds.
fn ask(tool: &str) -> Option<String> {
    let output = Command::new(tool).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `95` of `rustc 1.95.0 (…)` and of `clippy 0.1.95 (…)`.
fn minor_version(answer: &str) -> Option<u32> {
    let (tool, rest) = answer.split_once(' ')?;
    let mut numbers = rest.split([' ', '.', '-']);
    let at = if tool == "clippy" { 2 } else { 1 };
    numbers.nth(at)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_version_is_found_in_both_answers() {
        assert_eq!(minor_version("rustc 1.95.0 (f2d3ce0bd 2026-03-21)\n"), Some(95));
        assert_eq!(minor_version("rustc 1.97.0-nightly (f2d3ce0bd 2026-03-21)\n"), Some(97));
        assert_eq!(minor_version("clippy 0.1.95 (f2d3ce0bd 2026-03-21)\n"), Some(95));
        assert_eq!(minor_version("clippy 0.1.97\n"), Some(97));
        assert_eq!(minor_version("something else entirely"), None);
    }
}
