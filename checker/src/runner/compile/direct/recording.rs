//! The calls of rustc that cargo makes for an exercise.
//!
//! Cargo starts the checker in place of rustc (`RUSTC_WRAPPER`). The checker writes the call down and becomes the
//! compiler.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::system::process;

/// The variable that names the folder of the recorded calls, and turns the checker into a wrapper of the compiler.
pub const FOLDER: &str = "CHECKER_RECORDS_CALLS_IN";

/// How cargo called the compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub rustc: PathBuf,
    pub arguments: Vec<String>,
    /// The variables that cargo set, and those that it sets for any package.
    pub environment: BTreeMap<String, String>,
}

impl Call {
    /// The value of an option that stands in two arguments, such as `--crate-name`.
    pub fn option(&self, name: &str) -> Option<&str> {
        let at = self.arguments.iter().position(|argument| argument == name)?;
        self.arguments.get(at + 1).map(String::as_str)
    }

    /// The value of a codegen option, which stands after `-C`.
    pub fn codegen(&self, name: &str) -> Option<&str> {
        self.arguments.iter().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('='))
    }

    /// The root of the crate, as it is named in the call.
    pub fn source(&self) -> Option<&str> {
        self.arguments.iter().map(String::as_str).find(|word| word.ends_with(".rs") && !word.starts_with('-'))
    }

    /// The compiled crates that are passed by name: their names and files.
    pub fn externs(&self) -> impl Iterator<Item = (&str, &Path)> {
        let pairs = self.arguments.iter().zip(self.arguments.iter().skip(1));
        let values = pairs.filter(|(option, _)| *option == "--extern").filter_map(|(_, value)| value.split_once('='));
        values.map(|(name, file)| (name, Path::new(file)))
    }

    pub fn read(folder: &Path, source: &Path) -> Option<Call> {
        serde_json::from_str(&fs::read_to_string(folder.join(file_name(source))).ok()?).ok()
    }
}

/// The file of the call that compiles the crate with this root.
fn file_name(source: &Path) -> String {
    let parts: Vec<_> = source.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("-") + ".json"
}

/// Writes the call down if it compiles the exercise, and becomes the compiler. Returns only if that failed.
pub fn wrap(folder: &OsStr, arguments: &[OsString]) -> io::Error {
    // A call that is not recorded is made by cargo again.
    let _ = record(Path::new(folder), arguments);
    let Some((program, arguments)) = arguments.split_first() else {
        return io::Error::other("cargo names no compiler");
    };
    let mut command = Command::new(program);
    process::hand_over(command.args(arguments).env_remove(FOLDER))
}

fn record(folder: &Path, arguments: &[OsString]) -> Option<()> {
    std::env::var_os("CARGO_PRIMARY_PACKAGE")?;
    let words = arguments.iter().map(|word| word.to_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?;
    // Clippy's driver is passed the path of rustc, as a wrapper is.
    let at = words.iter().position(|word| word.starts_with('-'))?;
    let call = Call {
        rustc: PathBuf::from(words.get(at.checked_sub(1)?)?),
        arguments: words[at..].to_vec(),
        environment: std::env::vars().filter(|(name, _)| is_cargos(name)).collect(),
    };
    let manifest = PathBuf::from(call.environment.get("CARGO_MANIFEST_DIR")?);
    let here = std::env::current_dir().ok()?;
    let source = here.join(call.source()?);
    let file = folder.join(file_name(source.strip_prefix(manifest).ok()?));
    let unfinished = file.with_extension(std::process::id().to_string());
    fs::write(&unfinished, serde_json::to_string_pretty(&call).ok()?).ok()?;
    fs::rename(unfinished, file).ok()
}

/// Whether cargo sets this variable for the compiler, and the compiler needs it. The job server ends with cargo.
pub fn is_cargos(name: &str) -> bool {
    const LIBRARIES: [&str; 3] = ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "OUT_DIR"];
    (name.starts_with("CARGO") && name != "CARGO_MAKEFLAGS")
        || LIBRARIES.contains(&name)
        // Where Windows looks for libraries.
        || (cfg!(windows) && name.eq_ignore_ascii_case("PATH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_call_are_found() {
        let line = "--crate-name abba --edition=2024 tests/abba.rs --test -C extra-filename=-1f --extern abba=/t/libabba.rlib --extern tokio=/t/libtokio.rmeta";
        let arguments = line.split(' ').map(str::to_owned).collect();
        let call = Call { rustc: "rustc".into(), arguments, environment: BTreeMap::new() };
        assert_eq!((call.option("--crate-name"), call.option("--out-dir")), (Some("abba"), None));
        assert_eq!((call.codegen("extra-filename"), call.source()), (Some("-1f"), Some("tests/abba.rs")));
        let externs: Vec<_> = call.externs().map(|(name, file)| format!("{name} {}", file.display())).collect();
        assert_eq!(externs, ["abba /t/libabba.rlib", "tokio /t/libtokio.rmeta"]);
    }
}
